//! From nothing, or from a guest, to an account: a mail address and a password, then the link that was
//! mailed. Only whoever reads the mail *and* knows the password gets in: neither can a stranger take an
//! address first, nor its owner be led into a stranger's account.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, ClientAddress, Json, Problem};

use crate::{
    Auth, AuthError,
    limits::{DAY_MS, VERIFY_LIFE_MS},
    mail::Mail,
    random::{self, Secret},
    routes::{
        Tokens, address_text, dead_link, email_key, own_event, require_strong, wrong_credentials,
    },
    seal::Seal,
    service::{Inner, Proof},
    store::{Link, Purpose},
};

#[derive(Deserialize, ToSchema)]
pub struct Registration {
    #[schema(format = "email", max_length = 254)]
    email: String,
    #[schema(min_length = 10, max_length = 256)]
    password: String,
}

/// Begins a new account. The answer is the same whether the address is known or not; a mail tells.
#[utoipa::path(post, path = "/register", tag = "auth", request_body = Registration, responses(
    (status = ACCEPTED), (status = 422, body = Problem), (status = 429, body = Problem),
    (status = 503, body = Problem)))]
pub async fn register(
    State(auth): State<Auth>,
    address: ClientAddress,
    Json(form): Json<Registration>,
) -> Result<StatusCode, AuthError> {
    begin(&auth, web::ids::new_id(), address, form).await
}

/// Makes the guest who asks an account; all that it has stays.
#[utoipa::path(post, path = "/guests/register", tag = "auth", request_body = Registration,
    security(("bearer" = [])), responses(
    (status = ACCEPTED), (status = 401, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn register_guest(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Json(form): Json<Registration>,
) -> Result<StatusCode, AuthError> {
    if !auth.account_of(&access).await?.is_guest {
        return Err(Problem::conflict("no-guest", "This is an account already").into());
    }
    begin(&auth, access.account, address, form).await
}

async fn begin(
    auth: &Auth,
    account: i64,
    address: ClientAddress,
    form: Registration,
) -> Result<StatusCode, AuthError> {
    let email_key = email_key(&form.email)?;
    require_strong(&form.password, "password", &email_key)?;
    let now_ms = auth.clock.now_ms();
    auth.gatekeeper
        .admit_mail(&email_key, address, now_ms)
        .await?;
    let password_hash = auth.hasher.hash(form.password).await?;
    if auth.store.account_of_email(&email_key).await?.is_some() {
        auth.mails
            .put(known_already(&form.email, &auth.config.page_url))?;
        return Ok(StatusCode::ACCEPTED);
    }
    let link = Link {
        purpose: Purpose::Verify,
        account,
        email_key,
        password_hash: Some(password_hash),
        created_ms: now_ms,
        expires_ms: now_ms + VERIFY_LIFE_MS,
    };
    let url = auth.put_link(&link).await?;
    auth.mails.put(confirm(&form.email, &url))?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
pub struct Verification {
    /// From the link, behind `#verify=`.
    token: String,
    /// As in the registration.
    password: String,
}

/// Ends a registration and signs in.
#[utoipa::path(post, path = "/verify", tag = "auth", request_body = Verification, responses(
    (status = OK, body = Tokens), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, body = Problem), (status = 410, body = Problem), (status = 429, body = Problem),
    (status = 503, body = Problem)))]
pub async fn verify(
    State(auth): State<Auth>,
    address: ClientAddress,
    Json(form): Json<Verification>,
) -> Result<Json<Tokens>, AuthError> {
    let (token_hash, link) = auth.find_link(Purpose::Verify, &form.token).await?;
    let now_ms = auth.clock.now_ms();
    auth.gatekeeper
        .admit_try(&link.email_key, address, now_ms)
        .await?;
    let hash = link.password_hash.clone().ok_or_else(Problem::internal)?;
    if !auth
        .hasher
        .verify(form.password, Some(hash.clone()))
        .await?
    {
        return Err(wrong_credentials().into());
    }
    let from = address_text(address);
    let event = own_event(link.account, now_ms, "registered", &from);
    if !auth
        .store
        .verify_email(&token_hash, &link, &hash, &event)
        .await?
    {
        return Err(Problem::conflict("address-taken", "This address has an account").into());
    }
    let account = auth.store.account(link.account).await?;
    let proof = Proof {
        account: &account.ok_or_else(Problem::internal)?,
        has_second_factor: false,
        action: "login",
    };
    Ok(Json(auth.begin_session(proof, address).await?.into()))
}

impl Inner {
    /// Keeps a link and gives its URL.
    pub async fn put_link(&self, link: &Link) -> Result<String, AuthError> {
        let token = LinkToken {
            day: link.day(),
            secret: random::bytes(),
        };
        self.store.put_link(&token.hash(), link).await?;
        let (page, name) = (&self.config.page_url, link.purpose.name());
        let token = token.to_text(&self.seal, link.purpose);
        Ok(format!("{page}#{name}={token}"))
    }

    /// The link of a token that works, and the token's digest.
    pub async fn find_link(
        &self,
        purpose: Purpose,
        text: &str,
    ) -> Result<(String, Link), AuthError> {
        let token = LinkToken::of_text(&self.seal, purpose, text).ok_or_else(dead_link)?;
        let now_ms = self.clock.now_ms();
        if token.day < now_ms.div_euclid(DAY_MS) {
            return Err(dead_link().into());
        }
        let hash = token.hash();
        let link = self.store.link(purpose, token.day, &hash, now_ms).await?;
        Ok((hash, link.ok_or_else(dead_link)?))
    }
}

/// What a link's token says: where it is kept, and the secret.
struct LinkToken {
    day: i64,
    secret: Secret,
}

impl LinkToken {
    fn hash(&self) -> String {
        random::digest_hex(&self.secret)
    }

    fn to_text(&self, seal: &Seal, purpose: Purpose) -> String {
        let bytes = [&self.day.to_le_bytes()[..], &self.secret].concat();
        seal.mark(purpose.name(), &bytes)
    }

    fn of_text(seal: &Seal, purpose: Purpose, text: &str) -> Option<Self> {
        let bytes = seal.unmark(purpose.name(), text)?;
        let (day, secret) = bytes.split_first_chunk()?;
        Some(Self {
            day: i64::from_le_bytes(*day),
            secret: secret.try_into().ok()?,
        })
    }
}

fn confirm(to: &str, url: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Confirm your VoxelHeim account",
        text: format!(
            "Somebody, you we hope, registered this address with VoxelHeim. To confirm, open\n\n{url}\n\n\
             and give the password that you chose. The link works for a day.\n\n\
             If it was not you, do nothing: without this link there will be no account.\n"
        ),
    }
}

fn known_already(to: &str, page_url: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "You have a VoxelHeim account",
        text: format!(
            "Somebody, you perhaps, registered this address with VoxelHeim, but it has an account already.\n\n\
             Sign in at {page_url}; if you forgot the password, have it reset there.\n\n\
             If it was not you, do nothing: nothing was changed.\n"
        ),
    }
}
