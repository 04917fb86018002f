//! Topics and patterns of them, as AMQP's topic exchange has them.

/// Whether a topic is one of those that the pattern means.
pub fn matches(pattern: &str, topic: &str) -> bool {
    let pattern: Vec<&str> = words(pattern).collect();
    let topic: Vec<&str> = words(topic).collect();
    words_match(&pattern, &topic)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    // Nothing is no word, rather than an empty one.
    text.split('.').filter(move |_| !text.is_empty())
}

fn words_match(pattern: &[&str], topic: &[&str]) -> bool {
    match pattern {
        [] => topic.is_empty(),
        ["#", rest @ ..] => (0..=topic.len()).any(|count| words_match(rest, &topic[count..])),
        [word, rest @ ..] => match topic {
            [first, others @ ..] => (*word == "*" || word == first) && words_match(rest, others),
            [] => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_one_word_and_hashes_any_number() {
        for (pattern, topic) in [
            ("a.b", "a.b"),
            ("a.*", "a.b"),
            ("*.b", "a.b"),
            ("#", "a.b"),
            ("#", ""),
            ("a.#", "a"),
            ("a.#", "a.b.c"),
            ("#.c", "a.b.c"),
            ("a.#.c", "a.c"),
            ("a.#.#.c", "a.b.b.c"),
        ] {
            assert!(matches(pattern, topic), "{pattern} {topic}");
        }
        for (pattern, topic) in [
            ("a.b", "a"),
            ("a", "a.b"),
            ("a.*", "a"),
            ("a.*", "a.b.c"),
            ("*", ""),
            ("a.#.c", "a.b"),
            ("A", "a"),
        ] {
            assert!(!matches(pattern, topic), "{pattern} {topic}");
        }
    }
}
