//! The admin service as the panel asks it. Knows no framework and draws nothing.

export { AdminApi, type Ask, type PlayerDeed, type PodDeed, type RegionDeed } from "./admin_api";
export * from "./battles";
export * from "./chat";
export * from "./desk";
export { LineStream, type Clock, type StreamState } from "./line_stream";
export * from "./players";
export { Fields } from "./reading";
export { SERVICES, STORAGE_KEY, StaffSession } from "./staff_session";
export * from "./world";
