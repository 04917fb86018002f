//! Why a request was refused or not answered, as the page branches on it and as a player reads it.

export interface FieldError {
  field: string;
  detail: string;
}

/** What RFC 9457 calls a problem, as services/web writes it. */
interface ProblemBody {
  type?: string;
  title?: string;
  detail?: string;
  errors?: FieldError[];
  retry_after_s?: number;
  until_ms?: number;
}

const KIND_PREFIX = "urn:voxelheim:problem:";
const NO_ANSWER = "The account service does not answer. Try again in a moment.";

export class Problem extends Error {
  constructor(
    /** The name behind `urn:voxelheim:problem:`. */
    readonly kind: string,
    /** Of HTTP; 0 where nobody answered. */
    readonly status: number,
    private readonly body: ProblemBody = {},
  ) {
    super(body.title ?? kind);
  }

  static unreachable(): Problem {
    return new Problem("unreachable", 0);
  }

  /** Of an answer that is not a success, whoever wrote it. */
  static async of(response: Response): Promise<Problem> {
    const body = await readBody(response);
    const kind = body.type?.startsWith(KIND_PREFIX) ? body.type.slice(KIND_PREFIX.length) : "unknown";
    return new Problem(kind, response.status, body);
  }

  get fields(): readonly FieldError[] {
    return this.body.errors ?? [];
  }

  /** What was refused in particular, as the service says it; empty if it says no more. */
  get detail(): string {
    return this.body.detail ?? "";
  }

  /** Nothing is wrong with the request: it may succeed later, or elsewhere. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** For the player; `now` is milliseconds since 1970. */
  sentence(now: number = Date.now()): string {
    if (this.status === 429) return `Too many tries. Try again ${inTime(this.body.retry_after_s ?? 1)}.`;
    if (this.isPassing) return NO_ANSWER;
    if (this.kind === "banned" || this.kind === "suspended") return this.sanction(now);
    if (this.fields.length > 0) return this.fields.map(({ detail }) => asSentence(detail)).join(" ");
    return asSentence(this.body.detail ?? this.message);
  }

  private sanction(now: number): string {
    const { title = "This account is banned", detail = "", until_ms: untilMs } = this.body;
    const end = untilMs === undefined ? "It has no end" : `It ends ${moment(untilMs, now)}`;
    return `${title}: ${asSentence(detail)} ${end}.`;
  }
}

/** Whatever was thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : Problem.unreachable();
}

/** With a capital and a full stop. */
export function asSentence(text: string): string {
  const stem = text.replace(/[.\s]+$/, "");
  return `${capitalised(stem)}.`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

async function readBody(response: Response): Promise<ProblemBody> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as ProblemBody) : {};
  } catch {
    return {};
  }
}

function inTime(seconds: number): string {
  if (seconds < 90) return `in ${seconds} s`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}

/** The day and the time; the time alone where it is within the day. */
function moment(atMs: number, now: number): string {
  const isSoon = atMs - now < 20 * 3_600_000;
  return new Date(atMs).toLocaleString("en-GB", {
    ...(isSoon ? {} : { dateStyle: "long" }),
    timeStyle: "short",
  });
}
