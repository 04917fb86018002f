//! The links that the auth service mails: `#verify=TOKEN` and `#reset=TOKEN` behind the page's address.

export interface MailedLink {
  purpose: "verify" | "reset";
  token: string;
}

export function mailedLink(hash: string): MailedLink | null {
  const [, purpose, token] = /^#(verify|reset)=([\w.~-]+)$/.exec(hash) ?? [];
  if (purpose === undefined || token === undefined) return null;
  return { purpose: purpose as MailedLink["purpose"], token };
}

/** Takes the link out of the address, so that neither the history nor a screenshot keeps its token; calls
 * for one that is there, and for each that comes. */
export function watchMailedLinks(found: (link: MailedLink) => void): void {
  const look = () => {
    const link = mailedLink(location.hash);
    if (link === null) return;
    history.replaceState(null, "", location.pathname + location.search);
    found(link);
  };
  window.addEventListener("hashchange", look);
  look();
}
