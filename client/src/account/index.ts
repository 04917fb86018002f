//! Accounts: who plays, how one signs in, and tickets for the battle. Main thread.
//! Knows no framework and draws nothing.

export { Account, type AccountState } from "./account";
export { AuthApi, type AccountDetails, type Login, type SecondFactor, type SessionDetails } from "./api";
export { takeArrival, type Arrival, type Provider } from "./departure";
export { watchMailedLinks, type MailedLink } from "./mailed_link";
export { asProblem, asSentence, capitalised, Problem } from "./problem";
export { newKey, request, type Call } from "./request";
export { AccountSession } from "./session";
export { BrowserStorage, type Storage } from "./storage";
export { answerTicket } from "./tickets";
