//! What operators set: the switch for dry runs, and the controller's numbers. A name without a row
//! has its default. And a text that all processes go by, which the directory does not understand.

use spatial::limits::{REGION_LEVEL_MAX, REGION_LEVEL_MIN};

use crate::{
    DirectoryError,
    controller::{Policy, ShardLimits},
    limits::{
        CONFIGURATION_BYTES_MAX, SHARD_BODIES_MAX, SHARD_EGRESS_MAX, SHARD_REGIONS_MAX,
        SHARD_TICK_US_MAX,
    },
    row::{get, number, signed},
    store::Directory,
};

/// All settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Plans are recorded, and not carried out, but for those that empty a pod.
    pub is_dry_run: bool,
    pub policy: Policy,
    /// Of every shard.
    pub shard_limits: ShardLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_dry_run: false,
            policy: Policy::default(),
            shard_limits: ShardLimits {
                tick_us: SHARD_TICK_US_MAX,
                egress: SHARD_EGRESS_MAX,
                regions: SHARD_REGIONS_MAX,
                bodies: SHARD_BODIES_MAX,
            },
        }
    }
}

impl Settings {
    /// Sets one by name; the names are those of the fields.
    ///
    /// # Errors
    /// [`DirectoryError::BadArgument`] if there is none of that name, or if it may not have the value.
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), DirectoryError> {
        let levels = u64::from(REGION_LEVEL_MIN)..=u64::from(REGION_LEVEL_MAX);
        let is_allowed = match name {
            "is_dry_run" => value <= 1,
            "shard_regions_max" => (1..=u64::from(u32::MAX)).contains(&value),
            "merge_level_max" => levels.contains(&value),
            // As the databases hold numbers; zero would divide nothing, nor let anything rest.
            _ => i64::try_from(value).is_ok(),
        };
        if !is_allowed {
            return Err(bad(&format!("{name} cannot be {value}")));
        }
        self.put(name, value)
            .ok_or_else(|| bad(&format!("there is no setting {name:?}")))?;
        if 2 * self.policy.merge_permille_max > self.policy.gain_permille_min {
            return Err(bad(
                "merge_permille_max must be at most half of gain_permille_min, or what is split is \
                 merged again",
            ));
        }
        Ok(())
    }

    fn put(&mut self, name: &str, value: u64) -> Option<()> {
        let Self {
            is_dry_run,
            policy,
            shard_limits,
        } = self;
        let place = match name {
            "is_dry_run" => {
                *is_dry_run = value == 1;
                return Some(());
            }
            "merge_level_max" => {
                policy.merge_level_max = u8::try_from(value).ok()?;
                return Some(());
            }
            "shard_regions_max" => {
                shard_limits.regions = u32::try_from(value).ok()?;
                return Some(());
            }
            "high_permille" => &mut policy.high_permille,
            "gain_permille_min" => &mut policy.gain_permille_min,
            "merge_permille_max" => &mut policy.merge_permille_max,
            "sustained_ms" => &mut policy.sustained_ms,
            "settling_ms" => &mut policy.settling_ms,
            "region_rest_ms" => &mut policy.region_rest_ms,
            "failure_rest_ms" => &mut policy.failure_rest_ms,
            "shard_tick_us_max" => &mut shard_limits.tick_us,
            "shard_egress_max" => &mut shard_limits.egress,
            "shard_bodies_max" => &mut shard_limits.bodies,
            _ => return None,
        };
        *place = value;
        Some(())
    }
}

fn bad(message: &str) -> DirectoryError {
    DirectoryError::BadArgument(message.to_owned())
}

impl Directory {
    /// All settings, at their defaults where nothing else was said. One of a name that this version does
    /// not know is a newer version's, and left out.
    ///
    /// # Errors
    /// [`DirectoryError::Corrupt`] if a value cannot be, [`DirectoryError::Database`].
    pub async fn settings(&self) -> Result<Settings, DirectoryError> {
        let rows = sqlx::query("SELECT name, value FROM directory_settings ORDER BY name")
            .fetch_all(self.pool())
            .await?;
        let mut settings = Settings::default();
        for row in &rows {
            let name: String = get(row, "name")?;
            if settings.put(&name, number(row, "value")?).is_none() {
                tracing::debug!(name, "a setting of another version is left out");
            }
        }
        Ok(settings)
    }

    /// Sets one by name, for good.
    ///
    /// # Errors
    /// As of [`Settings::set`]; [`DirectoryError::Database`].
    pub async fn set_setting(&self, name: &str, value: u64) -> Result<(), DirectoryError> {
        self.settings().await?.set(name, value)?;
        sqlx::query(
            "INSERT INTO directory_settings (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(signed(value))
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The text that all processes go by; empty until an operator sets one.
    ///
    /// # Errors
    /// [`DirectoryError::Corrupt`], [`DirectoryError::Database`].
    pub async fn configuration(&self) -> Result<String, DirectoryError> {
        let row = sqlx::query("SELECT text FROM directory_configuration WHERE id = 1")
            .fetch_one(self.pool())
            .await?;
        Ok(get(&row, "text")?)
    }

    /// Has all processes go by this text, for good, in place of `before`; false if they go by another one.
    ///
    /// # Errors
    /// [`DirectoryError::BadArgument`] if it is longer than [`CONFIGURATION_BYTES_MAX`] or holds a zero;
    /// [`DirectoryError::Database`].
    pub async fn replace_configuration(
        &self,
        before: &str,
        text: &str,
    ) -> Result<bool, DirectoryError> {
        if text.len() > CONFIGURATION_BYTES_MAX || text.contains('\0') {
            let why =
                format!("a configuration has {CONFIGURATION_BYTES_MAX} bytes of text at most");
            return Err(bad(&why));
        }
        let replaced =
            sqlx::query("UPDATE directory_configuration SET text = $1 WHERE id = 1 AND text = $2")
                .bind(text)
                .bind(before)
                .execute(self.pool())
                .await?;
        Ok(replaced.rows_affected() == 1)
    }
}
