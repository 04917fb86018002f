//! Time ranges of questions, and answers that say of which.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::Problem;

use crate::{
    limits::{
        ANSWER_ROWS_MAX, DAYS_RANGE_MS_MAX, HOURS_RANGE_MS_MAX, MINUTES_RANGE_MS_MAX,
        NAME_BYTES_MAX,
    },
    store::{DAY_MS, HOUR_MS, Span, span_of},
};

const MINUTE_MS: i64 = 60_000;
/// 2100: later than any clock of ours says.
const TIME_MS_MAX: i64 = 4_102_444_800_000;

/// In which steps an answer tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Minute,
    Hour,
}

/// A time range.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Range {
    /// Milliseconds since 1970; the whole hour, or day, of it counts.
    from_ms: i64,
    /// The same; what happened from then on does not count.
    to_ms: i64,
}

/// A time range of one world, or all.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorldRange {
    /// Milliseconds since 1970; the whole hour of it counts.
    from_ms: i64,
    /// The same; what happened from then on does not count.
    to_ms: i64,
    /// Of all worlds if it is not said.
    world: Option<String>,
}

/// A time range in steps: a day of minutes at most, or ninety days of hours.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SteppedRange {
    /// Milliseconds since 1970; the whole step of it counts.
    from_ms: i64,
    /// The same; what happened from then on does not count.
    to_ms: i64,
    #[param(inline)]
    step: Step,
    /// Of all worlds if it is not said.
    world: Option<String>,
}

/// Rows of a time range.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rows<T: ToSchema> {
    /// Of which time they are: whole minutes, hours or days.
    from_ms: i64,
    to_ms: i64,
    /// False if there are more than one answer holds: ask for less.
    is_complete: bool,
    rows: Vec<T>,
}

impl<T: ToSchema> Rows<T> {
    /// `rows` are one more than are shown, if there are more.
    pub fn new((from_ms, to_ms): (i64, i64), mut rows: Vec<T>) -> Self {
        let is_complete = rows.len() <= ANSWER_ROWS_MAX;
        rows.truncate(ANSWER_ROWS_MAX);
        Self {
            from_ms,
            to_ms,
            is_complete,
            rows,
        }
    }
}

impl Range {
    pub fn hours(&self) -> Result<(i64, i64), Problem> {
        whole((self.from_ms, self.to_ms), HOUR_MS, DAYS_RANGE_MS_MAX)
    }

    pub fn days(&self) -> Result<(i64, i64), Problem> {
        whole((self.from_ms, self.to_ms), DAY_MS, DAYS_RANGE_MS_MAX)
    }
}

impl WorldRange {
    pub fn new(from_ms: i64, to_ms: i64, world: Option<String>) -> Self {
        Self {
            from_ms,
            to_ms,
            world,
        }
    }

    pub fn hours(&self) -> Result<Span<'_>, Problem> {
        span(
            whole((self.from_ms, self.to_ms), HOUR_MS, DAYS_RANGE_MS_MAX)?,
            self.world.as_deref(),
        )
    }
}

impl SteppedRange {
    pub fn span(&self) -> Result<(Span<'_>, Step), Problem> {
        let (step_ms, range_ms_max) = match self.step {
            Step::Minute => (MINUTE_MS, MINUTES_RANGE_MS_MAX),
            Step::Hour => (HOUR_MS, HOURS_RANGE_MS_MAX),
        };
        let whole = whole((self.from_ms, self.to_ms), step_ms, range_ms_max)?;
        Ok((span(whole, self.world.as_deref())?, self.step))
    }
}

/// Rounded to whole steps, outwards.
fn whole(
    (from_ms, to_ms): (i64, i64),
    step_ms: i64,
    range_ms_max: i64,
) -> Result<(i64, i64), Problem> {
    let times = 0..=TIME_MS_MAX;
    if !times.contains(&from_ms) {
        return Err(Problem::invalid("from_ms", "milliseconds since 1970"));
    }
    if !times.contains(&to_ms) || to_ms <= from_ms {
        return Err(Problem::invalid(
            "to_ms",
            "milliseconds since 1970, after from_ms",
        ));
    }
    if to_ms - from_ms > range_ms_max {
        return Err(Problem::invalid(
            "to_ms",
            "so long a time is not told at once in such steps",
        ));
    }
    Ok((
        span_of(from_ms, step_ms),
        span_of(to_ms + step_ms - 1, step_ms),
    ))
}

fn span((from_ms, to_ms): (i64, i64), world: Option<&str>) -> Result<Span<'_>, Problem> {
    if world.is_some_and(|world| world.is_empty() || world.len() > NAME_BYTES_MAX) {
        return Err(Problem::invalid("world", "a world's name"));
    }
    let world = world.unwrap_or_default();
    Ok(Span {
        from_ms,
        to_ms,
        world,
    })
}
