//! `./dev test` counts what its runners print: a wrong sum would hide a failure.

use std::process::Command;

/// Tests run in their crate's folder.
const ROOT: &str = "..";

/// What `count_part` makes of a part's output and exit status: passed, failed.
fn count(part: &str, output: &str, status: i32) -> (u32, u32) {
    let script =
        format!("source ops/dev/count.sh; count_part {part} <(printf '%b' \"$0\") {status}");
    let result = Command::new("bash")
        .args(["-c", &script, output])
        .current_dir(ROOT)
        .output();
    let stdout = String::from_utf8(result.expect("bash runs").stdout).expect("digits are UTF-8");
    let mut numbers = stdout
        .split_whitespace()
        .map(|word| word.parse().expect("a count is a number"));
    (
        numbers.next().expect("passed is printed"),
        numbers.next().expect("failed is printed"),
    )
}

#[test]
fn nextest_is_read() {
    assert_eq!(
        count(
            "rust",
            "  Summary [ 0.0s] 1 test run: 1 passed, 0 skipped\n",
            0
        ),
        (1, 0)
    );
    let cut_short =
        "  Summary [ 1.2s] 12/15 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n";
    assert_eq!(count("rust", cut_short, 100), (9, 3));
    assert_eq!(
        count(
            "rust",
            "  Summary [ 1.2s] 2 tests run: 2 failed, 0 skipped\n",
            100
        ),
        (0, 2)
    );
}

#[test]
fn cargo_test_is_summed() {
    let output = "test result: FAILED. 10 passed; 2 failed; 0 ignored\ntest result: ok. 3 passed; 0 failed;\n";
    assert_eq!(count("rust", output, 101), (13, 2));
}

#[test]
fn vitest_is_read_through_its_colours() {
    assert_eq!(
        count(
            "client",
            "\\e[2m      Tests \\e[22m 1 failed | 12 passed (13)\n",
            1
        ),
        (12, 1)
    );
    assert_eq!(
        count(
            "client",
            " Test Files  3 passed (3)\n      Tests  12 passed (12)\n",
            0
        ),
        (12, 0)
    );
}

#[test]
fn the_end_to_end_line_is_read() {
    assert_eq!(count("e2e", "x\n7 passed, 1 failed\n", 1), (7, 1));
}

#[test]
fn a_part_that_breaks_or_runs_nothing_fails() {
    assert_eq!(count("rust", "error: could not compile\n", 101), (0, 1));
    assert_eq!(count("client", "      Tests  12 passed (12)\n", 1), (12, 1));
    assert_eq!(count("e2e", "", 0), (0, 1));
    assert_eq!(
        count(
            "rust",
            "  Summary [ 0.0s] 0 tests run: 0 passed, 0 skipped\n",
            0
        ),
        (0, 1)
    );
}

#[test]
fn a_step_is_one_test() {
    assert_eq!(count("lint", "warning: 9 failed\n", 0), (1, 0));
    assert_eq!(count("lint", "", 1), (0, 1));
}
