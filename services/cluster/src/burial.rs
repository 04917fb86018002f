//! Which processes do not come back, so that nobody has to keep anything for them: pods that nobody waits
//! for, and edges, which keep nothing. The leader decides it, for it sees the world.
//!
//! A member is never among them: its journal holds what nobody else knows. Nor is a pod that was one and is
//! no more, or that died before it said whether it was.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use directory::{Fence, Pod, PodState, Role};
use placement::Sight;

use crate::limits::BURIAL_TICKS;

/// See the module.
#[derive(Debug)]
pub struct Undertaker {
    patience: Duration,
    absent: BTreeMap<(u16, u64), Absence>,
}

/// Since when a process has neither a lease nor a part in the world.
#[derive(Clone, Copy, Debug)]
struct Absence {
    since: Instant,
    tick: u32,
}

impl Undertaker {
    /// One that waits so long.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            absent: BTreeMap::new(),
        }
    }

    /// Looks once at what the directory and the world say; returns whom nobody needs any more. `was_member`
    /// says whether a pod has reported that it was waited for.
    pub fn look(
        &mut self,
        pods: &[Pod],
        world: &Sight,
        was_member: impl Fn(&Pod) -> bool,
        now: Instant,
    ) -> Vec<Fence> {
        let is_absent = |pod: &&Pod| {
            let is_over = pod.state != PodState::Gone && pod.lease_remaining.is_zero();
            is_over && (pod.role == Role::Edge || !has_part(pod, world) && !was_member(pod))
        };
        let before = std::mem::take(&mut self.absent);
        for pod in pods.iter().filter(is_absent) {
            let name = (pod.id, pod.incarnation);
            let absence = before.get(&name).copied();
            self.absent.insert(
                name,
                absence.unwrap_or(Absence {
                    since: now,
                    tick: world.tick,
                }),
            );
        }
        let absent = self.absent.iter();
        let forgotten = absent.filter(|(_, it)| {
            let is_long = now.saturating_duration_since(it.since) >= self.patience;
            is_long && world.tick >= it.tick + BURIAL_TICKS
        });
        let fence = |(&(pod, incarnation), _)| Fence { pod, incarnation };
        forgotten.map(fence).collect()
    }
}

/// Whether the world waits for a pod, or has given it anything.
fn has_part(pod: &Pod, world: &Sight) -> bool {
    let mut members = world.members.iter();
    let mut regions = world.partition.regions().iter();
    members.any(|it| it.pod == pod.id) || regions.any(|it| it.owner.pod == pod.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::partition::Owner;
    use std::sync::Arc;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn dead(id: u16, role: Role) -> Pod {
        Pod {
            id,
            role,
            state: PodState::Alive,
            incarnation: 1,
            lease_remaining: Duration::ZERO,
            link_addresses: Vec::new(),
            player_addresses: Vec::new(),
            metrics: None,
        }
    }

    /// A world of pod 1.
    fn world(tick: u32) -> Sight {
        let seat = Owner { pod: 1, shard: 0 };
        Sight {
            tick,
            partition: Arc::new(engine::divide::balanced(&[seat])),
            members: vec![seat],
            seat,
        }
    }

    /// Whom it buries who looks at these when they have just died, and after its patience.
    fn buried(pods: &[Pod], ticks: u32, was_member: bool) -> Vec<u16> {
        let mut undertaker = Undertaker::new(PATIENCE);
        let began_at = Instant::now();
        let mut look = |tick, after| {
            let fences = undertaker.look(pods, &world(tick), |_| was_member, began_at + after);
            fences.iter().map(|it| it.pod).collect::<Vec<_>>()
        };
        assert!(look(0, Duration::ZERO).is_empty());
        assert!(look(ticks, PATIENCE - Duration::from_millis(1)).is_empty());
        look(ticks, PATIENCE)
    }

    #[test]
    fn whoever_never_was_waited_for_is_buried_in_time_and_an_edge_too() {
        let pods = [
            dead(1, Role::Shard),
            dead(2, Role::Shard),
            dead(3, Role::Edge),
        ];
        assert_eq!(buried(&pods, BURIAL_TICKS, false), [2, 3]);
    }

    #[test]
    fn who_may_be_needed_is_not() {
        let pods = [dead(2, Role::Shard)];
        let [pod] = &pods;
        let no_one: &[u16] = &[];
        assert_eq!(buried(&pods, BURIAL_TICKS, true), no_one);
        assert_eq!(
            buried(&pods, BURIAL_TICKS - 1, false),
            no_one,
            "the world stands"
        );
        let alive = Pod {
            lease_remaining: Duration::from_secs(1),
            ..pod.clone()
        };
        assert_eq!(buried(&[alive], BURIAL_TICKS, false), no_one);
        let gone = Pod {
            state: PodState::Gone,
            ..pod.clone()
        };
        assert_eq!(buried(&[gone], BURIAL_TICKS, false), no_one);
    }

    #[test]
    fn one_that_was_back_is_waited_for_anew() {
        let mut undertaker = Undertaker::new(PATIENCE);
        let began_at = Instant::now();
        let mut pod = dead(2, Role::Shard);
        let mut look = |pod: &Pod, count: u32| {
            let now = began_at + PATIENCE * count;
            let pods = std::slice::from_ref(pod);
            let tick = count * BURIAL_TICKS;
            undertaker.look(pods, &world(tick), |_| false, now).len()
        };
        assert_eq!(look(&pod, 0), 0);
        pod.incarnation += 1;
        assert_eq!(look(&pod, 1), 0);
        pod.lease_remaining = Duration::from_secs(1);
        assert_eq!(look(&pod, 2), 0);
        pod.lease_remaining = Duration::ZERO;
        assert_eq!(look(&pod, 3), 0);
        assert_eq!(look(&pod, 4), 1);
    }
}
