//! The audit log: everything that staff did, by whom and about whom.

import { batch, createSignal } from "solid-js";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { Paging, Section, Told } from "../parts";
import { AuditTable } from "./AuditTable";

const EVERY_MS = 10_000;

interface Filter {
  actor: string;
  target: string;
}

export function AuditPage() {
  const { api } = usePanel();
  const [filter, setFilter] = createSignal<Filter>({ actor: "", target: "" });
  const [before, setBefore] = createSignal<string | null>(null);
  const asked = createAsked(
    () => {
      const { actor, target } = filter();
      const wanted = {
        ...(actor === "" ? {} : { actor }),
        ...(target === "" ? {} : { target }),
        before: before(),
      };
      return () => api.audit(wanted);
    },
    { everyMs: EVERY_MS },
  );
  const search = (wanted: Filter) =>
    batch(() => {
      setBefore(null);
      setFilter(wanted);
    });
  return (
    <Section title="Audit log" about="The newest first. A line is written before anything is done.">
      <Search search={search} />
      <Told asked={asked}>
        {(page) => (
          <>
            <AuditTable lines={page().lines} />
            <Paging at={before()} next={page().next} go={setBefore} words={["The newest", "Earlier"]} />
          </>
        )}
      </Told>
    </Section>
  );
}

function Search(props: { search: (filter: Filter) => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    props.search({ actor: text("actor"), target: text("target") });
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <input type="search" name="actor" aria-label="Who: an account's number" placeholder="who" maxLength={64} />
      <input type="search" name="target" aria-label="About: an account, a region, a pod" placeholder="about" maxLength={64} />
      <button class="button primary">Find</button>
    </form>
  );
}
