//! Waits on conditions, never on time alone.

const POLL_MS = 100;

/** Resolves with the first truthy answer; throws after `timeoutMs`, saying what was last seen. */
export async function until(what, condition, timeoutMs) {
  const deadlineMs = performance.now() + timeoutMs;
  let answer;
  for (;;) {
    answer = await condition();
    if (answer) return answer;
    if (performance.now() > deadlineMs) {
      throw new Error(`${what}: not within ${timeoutMs / 1_000} s (last: ${JSON.stringify(answer)})`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
