//! What comes first: the own cell, then near before far and ahead before behind; events by distance,
//! and those that involve the player always.

mod interest_common;

use edge::interest::Interest;
use engine::{BodyId, Event, Weapon};
use interest_common::{Crowd, Witness};
use protocol::event::EventKind;
use spatial::{Position, position::UNITS_PER_METRE};

/// Ticks between two tellings, summed over the rows that pass.
fn gap_mean(told: &[Vec<u32>], rows: impl Fn(usize) -> bool) -> f64 {
    let gaps = told.iter().enumerate().filter(|(row, _)| rows(*row));
    let gaps =
        gaps.flat_map(|(_, ticks)| ticks.windows(2).map(|pair| f64::from(pair[1] - pair[0])));
    let (sum, count) = gaps.fold((0.0, 0), |(sum, count), gap| (sum + gap, count + 1));
    assert!(count > 0, "nobody was told twice");
    sum / f64::from(count)
}

/// When each row was told, over so many ticks.
fn watch(crowd: &mut Crowd, witness: &mut Witness, tick_count: usize) -> Vec<Vec<u32>> {
    let mut interest = Interest::new();
    let mut told = vec![Vec::new(); crowd.positions.len()];
    for _ in 0..tick_count {
        crowd.advance();
        interest.begin_tick(&crowd.frame());
        witness.listen(&mut interest, crowd);
        for (row, ticks) in told.iter_mut().enumerate() {
            if witness.told[row] == crowd.tick {
                ticks.push(crowd.tick);
            }
        }
    }
    told
}

fn distance(crowd: &Crowd, witness: &Witness, row: usize) -> i32 {
    let (own, other) = (
        crowd.positions[witness.row].cell(),
        crowd.positions[row].cell(),
    );
    let (x, y, z) = (own.x - other.x, own.y - other.y, own.z - other.z);
    x * x + y * y + z * z
}

#[test]
fn without_overload_periods_are_as_the_policy_says() {
    let mut crowd = Crowd::new(5, 120, 400, 0);
    let mut witness = Witness::new(&crowd, 0, 1_000_000, 256);
    witness.yaw = 0;
    let told = watch(&mut crowd, &mut witness, 200);
    for (row, ticks) in told
        .iter()
        .enumerate()
        .filter(|(row, _)| witness.sees(&crowd, *row))
    {
        let gap_max = ticks
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .max()
            .expect("told often");
        let promised = match distance(&crowd, &witness, row) {
            0..=3 => 1,
            4 => 2,
            5..=16 => 4,
            _ => 8,
        };
        assert!(
            gap_max <= promised,
            "every {gap_max} ticks where {promised} are due"
        );
    }
}

#[test]
fn a_crowd_is_told_near_before_far() {
    let mut crowd = Crowd::new(6, 6_000, 256, 0);
    let mut witness = Witness::new(&crowd, 10, 48_000, 256);
    let told = watch(&mut crowd, &mut witness, 600);
    let ring = |from, to| {
        gap_mean(&told, |row| {
            (from..=to).contains(&distance(&crowd, &witness, row))
        })
    };
    let (own, beside, near, far) = (ring(0, 0), ring(1, 3), ring(5, 16), ring(65, 999));
    assert!(own == 1.0, "the own cell every tick, not every {own}");
    assert!(
        beside * 1.5 < near,
        "beside every {beside}, within 64 m every {near}"
    );
    assert!(
        near * 1.2 < far,
        "within 64 m every {near}, beyond 128 m every {far}"
    );
}

#[test]
fn what_is_ahead_is_told_before_what_is_behind() {
    let mut crowd = Crowd::new(7, 4_000, 256, 0);
    let metre = UNITS_PER_METRE;
    let middle = crowd.positions.iter().position(|position| {
        (position.x - 528 * metre).abs() < 8 * metre && (position.z - 428 * metre).abs() < 8 * metre
    });
    let mut witness = Witness::new(&crowd, middle.expect("a crowd is everywhere"), 48_000, 128);
    witness.yaw = 0;
    let told = watch(&mut crowd, &mut witness, 400);
    let own = crowd.positions[witness.row].cell();
    let gaps = |z: i32| {
        gap_mean(&told, |row| {
            let cell = crowd.positions[row].cell();
            (cell.x - own.x).abs() <= 1 && cell.z - own.z == z
        })
    };
    let (ahead, behind) = (gaps(-4), gaps(4));
    assert!(
        ahead * 1.15 < behind,
        "ahead every {ahead} ticks, behind every {behind}"
    );
}

#[test]
fn an_update_costs_at_most_fourteen_bytes_all_in() {
    let mut crowd = Crowd::new(8, 10_000, 256, 1);
    let mut witness = Witness::new(&crowd, 3, 48_000, 256);
    watch(&mut crowd, &mut witness, 200);
    let each = witness.bytes as f64 / witness.updates as f64;
    assert!(each <= 14.0, "{each} bytes an update");
    assert!(
        witness.health_seen * 4 > witness.updates,
        "near detail is a good part of it"
    );
}

fn hurt(target: usize, attacker: usize, position: Position) -> Event {
    let (target, attacker) = (Crowd::id(target), Crowd::id(attacker));
    Event::Hurt {
        target,
        attacker,
        weapon: Weapon::Arrow,
        damage: 35,
        position,
    }
}

#[test]
fn events_are_told_near_first_and_the_own_ones_always() {
    let mut crowd = Crowd::new(9, 2_000, 300, 0);
    let mut witness = Witness::new(&crowd, 0, 48_000, 256);
    let own = crowd.positions[0];
    let far = Position::new(own.x + 300 * UNITS_PER_METRE, own.y, own.z);
    let near = |metres: i32| Position::new(own.x, own.y, own.z + metres * UNITS_PER_METRE);
    crowd.events = (0..60)
        .map(|number| hurt(5 + number, 100, near(number as i32)))
        .collect();
    crowd.events.push(hurt(900, 0, far));
    crowd.events.push(hurt(901, 902, far));
    crowd.events.push(Event::RoundStarted { round: 4 });
    watch(&mut crowd, &mut witness, 1);
    let rows: Vec<_> = witness
        .events
        .iter()
        .flat_map(|events| &events.rows)
        .collect();
    let subjects: Vec<u32> = rows.iter().map(|row| row.subject).collect();
    let has = |row: usize| subjects.contains(&Crowd::id(row).0);
    assert!(has(5) && has(6) && has(10), "the nearest are told");
    assert!(!has(64), "beyond the count they are not");
    assert!(
        has(900) && !has(901),
        "far away only what involves the player is told"
    );
    assert!(
        rows.iter()
            .any(|row| row.kind == EventKind::RoundStarted && row.subject == 4)
    );
    assert!(rows.len() <= 32, "{} events", rows.len());
}

#[test]
fn a_connection_that_takes_next_to_nothing_is_told_what_a_small_datagram_holds() {
    let crowd = &mut Crowd::new(12, 500, 30, 0);
    let mut witness = Witness::new(crowd, 0, 48_000, 64);
    let mut interest = Interest::new();
    interest.begin_tick(&crowd.frame());
    witness.datagram_bytes = 0;
    let sizes = witness.sizes(&mut interest, crowd);
    assert!(
        !sizes.is_empty() && sizes.iter().all(|&size| size <= 512),
        "{sizes:?}"
    );
}

#[test]
fn all_datagrams_of_a_tick_but_the_last_are_of_one_size() {
    let crowd = &mut Crowd::new(13, 3_000, 200, 1);
    let mut witness = Witness::new(crowd, 0, 200_000, 160);
    let mut interest = Interest::new();
    for _ in 0..50 {
        crowd.advance();
        interest.begin_tick(&crowd.frame());
        let sizes = witness.sizes(&mut interest, crowd);
        let (last, full) = sizes.split_last().expect("something is told");
        assert!(
            full.len() >= 5 && full.iter().all(|&size| size == 1_150),
            "{sizes:?}"
        );
        assert!(*last <= 1_150);
    }
}

#[test]
fn events_of_a_skipped_tick_are_told_with_the_next() {
    let mut crowd = Crowd::new(11, 10, 20, 0);
    let mut witness = Witness::new(&crowd, 0, 48_000, 64);
    let mut interest = Interest::new();
    crowd.events = vec![hurt(1, 2, crowd.positions[1])];
    interest.skip_tick(&crowd.frame());
    crowd.advance();
    crowd.events = vec![hurt(3, 4, crowd.positions[3])];
    interest.begin_tick(&crowd.frame());
    witness.listen(&mut interest, &crowd);
    let subjects = witness.events[0].rows.iter().map(|row| row.subject);
    let mut subjects: Vec<u32> = subjects.collect();
    subjects.sort_unstable();
    assert_eq!(subjects, [Crowd::id(1).0, Crowd::id(3).0]);
    crowd.events.clear();
    crowd.advance();
    interest.begin_tick(&crowd.frame());
    witness.listen(&mut interest, &crowd);
    assert!(witness.events.is_empty(), "each is told once");
}

#[test]
fn every_event_keeps_its_meaning_on_the_wire() {
    let mut crowd = Crowd::new(10, 10, 20, 0);
    let mut witness = Witness::new(&crowd, 0, 1_000_000, 64);
    let position = crowd.positions[0];
    let body = BodyId::new(77, 2);
    let velocity = [9_000, -40_000, 1];
    crowd.events = vec![
        Event::Died {
            target: body,
            killer: Crowd::id(0),
            weapon: Weapon::Bomb,
            position,
        },
        Event::ArrowLoosed {
            arrow: 5,
            shooter: body,
            position,
            velocity,
        },
        Event::BannerTaken {
            banner: 2,
            house: 1,
        },
        hurt(3, 4, position),
    ];
    watch(&mut crowd, &mut witness, 1);
    let rows = &witness.events[0].rows;
    let find = |kind| {
        *rows
            .iter()
            .find(|row| row.kind == kind)
            .expect("it is told")
    };
    let arrow = find(EventKind::ArrowLoosed);
    assert_eq!((arrow.subject, arrow.other), (5, body.0));
    assert_eq!(
        arrow.velocity,
        [9_000, i16::MIN, 1],
        "what 16 bits cannot hold is cut"
    );
    let offset = position.cell_offset().map(|axis| (axis >> 6) as i16);
    assert_eq!(arrow.position, offset);
    let died = find(EventKind::Died);
    assert_eq!(
        (died.subject, died.other, died.value),
        (body.0, Crowd::id(0).0, 2)
    );
    let banner = find(EventKind::BannerTaken);
    assert_eq!((banner.subject, banner.value), (2, 1));
    assert_eq!(find(EventKind::Hurt).value, 35 | 1 << 12);
}
