//! Wires all parts together: settings, connection, world, drawing, sound and the HUD.

const stage = document.getElementById("stage");
if (!(stage instanceof HTMLCanvasElement)) throw new Error("the page has no #stage canvas");
