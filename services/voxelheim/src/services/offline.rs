//! What is done to the services' databases while nothing runs on them.

use auth::Auth;
use web::{Clock, Settings, Shell};

use crate::{
    Failure,
    cli::{AppointArguments, MigrateArguments},
    services::{
        accounts, admin, belongings, chat, declare_queues, player, runtime, runtime_failure,
        stores::{StoreUrls, open_broker, open_database, open_warehouse},
    },
    sign_in::SignIn,
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
            spoils::Store::migrate(&game)
                .await
                .map_err(runtime_failure)?;
        }
        if let Some(url) = &arguments.warehouse {
            let warehouse = analytics::store::Store::new(open_warehouse(url).await?);
            warehouse.migrate().await.map_err(runtime_failure)?;
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
        // Nobody is written to.
        let sign_in = SignIn::embedded(&arguments.data, "http://127.0.0.1/")?;
        let options = accounts::Options::embedded(&arguments.data, sign_in);
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
