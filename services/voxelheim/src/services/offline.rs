//! What is done to the services' databases beside the services.

use auth::{Auth, AuthError};
use axum::http::StatusCode;
use web::Clock;

use crate::{
    Failure,
    cli::{AppointArguments, MigrateArguments},
    services::{
        accounts, declare_queues, migrate_game, runtime, runtime_failure,
        stores::{StoreUrls, open_broker, open_database, open_warehouse},
    },
};

/// Makes the tables, or brings them up to date.
pub fn migrate(arguments: &MigrateArguments) -> Result<(), Failure> {
    runtime()?.block_on(async {
        if let Some(url) = &arguments.database {
            let database = open_database(url, "accounts").await?;
            let migrated = Auth::migrate(&database).await;
            migrated.map_err(accounts::failure)?;
        }
        if let Some(url) = &arguments.game {
            let game = open_database(url, "the game").await?;
            migrate_game(&game).await?;
            // What was made without stays on one node for good: so whoever meant to have it must not overlook it.
            crate::say(match game.has_citus().await.map_err(runtime_failure)? {
                true => "The game's database has Citus: tables made now are spread over its nodes.",
                false => "The game's database has no Citus: tables made now are plain ones.",
            });
        }
        if let Some(url) = &arguments.warehouse {
            let warehouse = analytics::store::Store::new(open_warehouse(url).await?);
            warehouse.migrate().await.map_err(runtime_failure)?;
        }
        if let Some(url) = &arguments.broker {
            let broker = open_broker(url)?;
            declare_queues(&broker).await?;
            // Who names a warehouse has something that fills it.
            if arguments.warehouse.is_some() {
                let declared = analytics::declare_queue(&broker).await;
                declared.map_err(runtime_failure)?;
            }
        }
        Ok(())
    })?;
    crate::say("The tables are up to date.");
    Ok(())
}

/// Gives an account a role, for the first admin.
pub fn appoint(arguments: &AppointArguments) -> Result<(), Failure> {
    let url = match (&arguments.data, &arguments.database) {
        (Some(data), _) => StoreUrls::embedded(data).accounts,
        (None, Some(url)) => url.clone(),
        (None, None) => unreachable!("one of them is required"),
    };
    runtime()?.block_on(async {
        let database = open_database(&url, "accounts").await?;
        let migrated = Auth::migrate(&database).await;
        migrated.map_err(accounts::failure)?;
        let appointed = (arguments.email.as_str(), arguments.role.role());
        let appointed = Auth::appoint(&database, &Clock::system(), appointed).await;
        appointed.map_err(|error| not_appointed(&arguments.email, error))
    })?;
    crate::say(&format!("{} is {:?} now.", arguments.email, arguments.role));
    Ok(())
}

fn not_appointed(email: &str, error: AuthError) -> Failure {
    match error {
        AuthError::Refused(problem) if problem.status() == StatusCode::NOT_FOUND => Failure::Usage(
            format!("no account has the address {email}: register it on the page first"),
        ),
        error => accounts::failure(error),
    }
}
