//! What is done to the services' databases while nothing runs on them.

use auth::Auth;
use web::{Clock, Settings, Shell};

use crate::{
    Failure,
    cli::{AppointArguments, MigrateArguments},
    services::{
        accounts, admin, belongings, chat, declare_queues, player, runtime,
        stores::{StoreUrls, open_broker, open_database},
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
            player::migrate(&game).await?;
            belongings::migrate(&game).await?;
            chat::migrate(&game).await?;
            admin::migrate(&game).await?;
        }
        if let Some(url) = &arguments.broker {
            declare_queues(&open_broker(url)?).await?;
        }
        Ok(())
    })?;
    crate::say("The tables are up to date.");
    Ok(())
}

/// Gives an account in a data folder a role, for the first admin.
pub fn appoint(arguments: &AppointArguments) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let stores = StoreUrls::embedded(&arguments.data).open().await?;
        let migrated = Auth::migrate(&stores.accounts).await;
        migrated.map_err(accounts::failure)?;
        let clock = Clock::system();
        let shell = Shell::new(Settings::default(), clock.clone());
        let options = accounts::Options::embedded(&arguments.data, String::new());
        let opened = accounts::open(
            &options,
            (&stores.accounts, &stores.cache),
            None,
            &shell,
            &clock,
        );
        let auth = opened.await?;
        let appointed = auth.appoint(&arguments.email, arguments.role.role()).await;
        appointed.map_err(accounts::failure)
    })?;
    crate::say(&format!("{} is {:?} now.", arguments.email, arguments.role));
    Ok(())
}
