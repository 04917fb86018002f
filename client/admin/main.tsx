//! Wires the panel: the session that this browser keeps, and the page.

import { render } from "solid-js/web";
import { BrowserStorage } from "../src/account";
import { SERVICES, STORAGE_KEY, StaffSession } from "./api";
import { App } from "./ui/App";
import { showKeptTheme } from "./ui/ThemeButton";
import "./ui/theme.css";
import "./ui/frame.css";
import "./ui/parts.css";
import "./ui/pages.css";

const root = document.getElementById("panel");
if (root === null) throw new Error("the page has no #panel");
const session = new StaffSession(SERVICES, new BrowserStorage(STORAGE_KEY));
showKeptTheme();
render(() => <App session={session} />, root);
