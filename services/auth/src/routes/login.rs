//! Ways in: as a guest at once, or with a mail address and a password.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ClientAddress, Json, Problem};

use crate::{
    Auth, AuthError,
    routes::{Tokens, address_text, own_event, wrong_credentials},
    service::{Inner, Proof},
    store::{Account, Factor},
    totp,
};

/// A new guest: an account that only its refresh token leads back to.
#[utoipa::path(post, path = "/guests", tag = "auth", responses(
    (status = CREATED, body = Tokens), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn guest(
    State(auth): State<Auth>,
    address: ClientAddress,
) -> Result<(StatusCode, Json<Tokens>), AuthError> {
    let now_ms = auth.clock.now_ms();
    auth.gatekeeper.admit_guest(address, now_ms).await?;
    let (id, from) = (web::ids::new_id(), address_text(address));
    let event = own_event(id, now_ms, "guest_created", &from);
    auth.store.create_guest(&event).await?;
    let account = auth.store.account(id).await?;
    let proof = Proof {
        account: &account.ok_or_else(Problem::internal)?,
        has_second_factor: false,
        action: "login_guest",
    };
    let signed = auth.begin_session(proof, address).await?;
    Ok((StatusCode::CREATED, Json(signed.into())))
}

#[derive(Deserialize, ToSchema)]
pub struct Login {
    email: String,
    password: String,
    /// Of the second factor, or one from paper; needed if the account has one.
    code: Option<String>,
}

/// Signs in. `second-factor-required` means that the password was right and a code is missing.
#[utoipa::path(post, path = "/login", tag = "auth", request_body = Login, responses(
    (status = OK, body = Tokens), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn login(
    State(auth): State<Auth>,
    address: ClientAddress,
    Json(form): Json<Login>,
) -> Result<Json<Tokens>, AuthError> {
    let result = try_login(&auth, address, form).await;
    auth.logins.add_one(match &result {
        Ok(_) => "ok",
        Err(AuthError::Refused(problem)) if problem.status() == StatusCode::UNAUTHORIZED => "wrong",
        Err(AuthError::Refused(_)) => "refused",
        Err(_) => "failed",
    });
    result
}

async fn try_login(
    auth: &Auth,
    address: ClientAddress,
    form: Login,
) -> Result<Json<Tokens>, AuthError> {
    // An address that cannot be is an unknown one, and takes as long.
    let key = crate::text::email_key(&form.email).unwrap_or_default();
    let now_ms = auth.clock.now_ms();
    auth.gatekeeper.admit_try(&key, address, now_ms).await?;
    let account = auth.store.account_of_email(&key).await?;
    let hash = account.as_ref().and_then(|it| it.password_hash.clone());
    let is_right = auth.hasher.verify(form.password, hash).await?;
    let Some(account) = account else {
        return Err(wrong_credentials().into());
    };
    let from = address_text(address);
    if !is_right {
        let event = own_event(account.id, now_ms, "login_failed", &from);
        auth.store.note(&event).await?;
        return Err(wrong_credentials().into());
    }
    let has_second_factor = auth.prove_factor(&account, form.code.as_deref()).await?;
    let proof = Proof {
        account: &account,
        has_second_factor,
        action: "login",
    };
    Ok(Json(auth.begin_session(proof, address).await?.into()))
}

impl Inner {
    /// Whether the account has a second factor, of which this is a good code.
    pub async fn prove_factor(
        &self,
        account: &Account,
        code: Option<&str>,
    ) -> Result<bool, AuthError> {
        let factor = self.store.factor(account.id).await?;
        let Some(factor) = factor.filter(|factor| factor.is_confirmed) else {
            return Ok(false);
        };
        let Some(code) = code else {
            let status = StatusCode::UNAUTHORIZED;
            let title = "A code of the second factor is needed";
            return Err(Problem::new(status, "second-factor-required", title).into());
        };
        if self.use_code(account.id, &factor, code).await? {
            return Ok(true);
        }
        Err(wrong_credentials().into())
    }

    /// Uses a code up, from the app or from paper; whether it was good.
    async fn use_code(&self, account: i64, factor: &Factor, code: &str) -> Result<bool, AuthError> {
        let secret = self.open_factor(account, factor)?;
        let now_ms = self.clock.now_ms();
        if let Some(step) = totp::step_of(&secret, code, now_ms, factor.last_step) {
            return Ok(self.store.use_step(account, step).await?);
        }
        let hash = totp::recovery_hash(code);
        Ok(self.store.use_recovery_code(account, &hash).await?)
    }

    pub fn open_factor(&self, account: i64, factor: &Factor) -> Result<Vec<u8>, AuthError> {
        let place = factor_place(account);
        let secret = self.seal.open(&place, &factor.sealed_secret);
        secret.ok_or(AuthError::WrongMasterKey)
    }

    pub fn seal_factor(&self, account: i64, secret: &[u8]) -> String {
        self.seal.seal(&factor_place(account), secret)
    }
}

fn factor_place(account: i64) -> String {
    format!("second factor {account}")
}
