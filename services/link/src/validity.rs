//! Until when a certificate holds: read out of its DER, of which nothing else is looked at. Whether it can be trusted,
//! the handshake decides.

use time::{Date, Month, OffsetDateTime, Time};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The version's, in front of the rest; one of version 1 has none.
const VERSION: u8 = 0xa0;

/// The end of a certificate; none if it is none.
pub fn end_of(certificate: &[u8]) -> Option<OffsetDateTime> {
    let (whole, _) = of_tag(certificate, SEQUENCE)?;
    let (mut signed, _) = of_tag(whole, SEQUENCE)?;
    if let Some((_, rest)) = of_tag(signed, VERSION) {
        signed = rest;
    }
    // Serial number, algorithm, issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, signed) = of_tag(signed, tag)?;
    }
    let (validity, _) = of_tag(signed, SEQUENCE)?;
    let (_, _, ends) = element(validity)?;
    let (tag, text, _) = element(ends)?;
    time_of(tag, text)
}

/// What an element of this tag holds, and what follows it.
fn of_tag(der: &[u8], expected: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = element(der)?;
    (tag == expected).then_some((content, rest))
}

/// The first element: its tag, what it holds, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], mut rest) = der.split_first_chunk()?;
    let mut size = usize::from(length);
    // From 128 bytes on, the number of bytes that say it.
    if length >= 0x80 {
        let (said, after) = rest.split_at_checked(usize::from(length & 0x7f))?;
        (size, rest) = (0, after);
        for byte in said {
            size = size.checked_mul(256)?.checked_add(usize::from(*byte))?;
        }
    }
    let (content, rest) = rest.split_at_checked(size)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` of the years 1950 to 2049, or `YYYYMMDDHHMMSSZ`: a certificate may have no other.
fn time_of(tag: u8, text: &[u8]) -> Option<OffsetDateTime> {
    let (digits, year_digits) = match tag {
        UTC_TIME => (text.strip_suffix(b"Z")?, 2),
        GENERALIZED_TIME => (text.strip_suffix(b"Z")?, 4),
        _ => return None,
    };
    if digits.len() != year_digits + 10 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (year, rest) = digits.split_at(year_digits);
    let number = |digits: &[u8]| {
        digits
            .iter()
            .fold(0, |sum, it| sum * 10 + i32::from(it - b'0'))
    };
    let year = match (tag, number(year)) {
        (UTC_TIME, year @ 50..) => 1900 + year,
        (UTC_TIME, year) => 2000 + year,
        (_, year) => year,
    };
    let mut parts = rest.chunks(2).map(|it| number(it) as u8);
    let mut next = || parts.next().expect("ten digits are five numbers");
    let date = Date::from_calendar_date(year, Month::try_from(next()).ok()?, next()).ok()?;
    let time = Time::from_hms(next(), next(), next()).ok()?;
    Some(date.with_time(time).assume_utc())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn certificate(ends: OffsetDateTime) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["pod-1".to_owned()]).expect("a name");
        params.not_after = ends;
        let key = KeyPair::generate().expect("ring makes keys");
        params.self_signed(&key).expect("signs").der().to_vec()
    }

    fn moment(year: i32, second: u8) -> OffsetDateTime {
        let date = Date::from_calendar_date(year, Month::November, 27).expect("a day");
        let time = Time::from_hms(23, 59, second).expect("a time");
        date.with_time(time).assume_utc()
    }

    #[test]
    fn the_end_is_read_whichever_way_it_is_written() {
        for ends in [
            moment(1999, 1),
            moment(2026, 30),
            moment(2049, 59),
            moment(2050, 0),
            moment(9999, 59),
        ] {
            assert_eq!(end_of(&certificate(ends)), Some(ends));
        }
    }

    #[test]
    fn what_is_none_has_no_end() {
        let whole = certificate(moment(2026, 30));
        for size in 0..whole.len() {
            assert_eq!(end_of(&whole[..size]), None);
        }
        // The month of the end, which comes after the beginning's.
        let mut other = whole.clone();
        let at = whole
            .windows(4)
            .rposition(|it| it == b"2611")
            .expect("it is there");
        other[at + 2..at + 4].copy_from_slice(b"13");
        assert_eq!(end_of(&other), None);
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[place] ^= 1 << bit;
                let _ = end_of(&damaged);
            }
        }
    }
}
