//! The door of the sound side. The rest of the client sees only what stands here.

export { createSpeaker } from "./speaker";
