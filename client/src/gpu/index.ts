//! The door of the drawing side. The rest of the client sees only what stands here.

export { createRenderer } from "./renderer";
