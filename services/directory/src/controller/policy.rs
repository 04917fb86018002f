//! The numbers that the controller goes by.

use spatial::limits::REGION_LEVEL_MAX;

use crate::limits::{
    FAILURE_REST_MS, GAIN_PERMILLE_MIN, HIGH_PERMILLE, MERGE_PERMILLE_MAX, REGION_REST_MS,
    SETTLING_MS, SUSTAINED_MS,
};

/// See the constants of the same names in [`crate::limits`], which are the defaults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    pub high_permille: u64,
    pub gain_permille_min: u64,
    pub merge_permille_max: u64,
    pub sustained_ms: u64,
    pub settling_ms: u64,
    pub region_rest_ms: u64,
    pub failure_rest_ms: u64,
    /// Nothing is merged into regions above this level.
    pub merge_level_max: u8,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            high_permille: HIGH_PERMILLE,
            gain_permille_min: GAIN_PERMILLE_MIN,
            merge_permille_max: MERGE_PERMILLE_MAX,
            sustained_ms: SUSTAINED_MS,
            settling_ms: SETTLING_MS,
            region_rest_ms: REGION_REST_MS,
            failure_rest_ms: FAILURE_REST_MS,
            merge_level_max: REGION_LEVEL_MAX,
        }
    }
}
