//! All bodies in view: chooses each one's level of detail and writes its instance row. The vertex
//! shader does the rest: interpolation, pose and animation.

import {
  BufferAttribute,
  GLSL3,
  InstancedBufferGeometry,
  Mesh,
  RawShaderMaterial,
  Sphere,
  type Frustum,
  type Vector3,
} from "three";

import type { BodyTable, FrameView } from "../../world/state";
import type { SharedUniforms } from "../glsl/uniforms";
import type { Quality } from "../quality";
import { BLOB_SHADERS, BODY_SHADERS } from "./body_shaders";
import { BodyInstances, FLOATS_PER_BODY } from "./body_instances";
import { BodyMemory } from "./body_memory";
import { packIdentity, seedOf } from "./identity";
import { FAR_FIGURE, FULL_FIGURE, figureGeometry } from "./figure";

const CAPACITY_FIRST = 1_024;
/** Around the middle of a body, with its weapon and its shadow; metres. */
const BODY_RADIUS = 2.6;
const BODY_MIDDLE = 0.9;
/** Ticks a body needs to die; it is drawn on after that. */
const OWN_SAMPLE_TICKS = 1;

export class Bodies {
  readonly full: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly far: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly blobs: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  /** The full bodies, for the sun's map. */
  readonly caster: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly memory = new BodyMemory();
  #fullRows: BodyInstances;
  #farRows: BodyInstances;
  #renderTick = { value: 0 };
  #learnedVersion = -1;
  #sphere = new Sphere(undefined, BODY_RADIUS);
  #detailDistance = 0;
  #distanceMax = 0;

  constructor(shared: SharedUniforms) {
    const uniforms = { ...shared, uRenderTick: this.#renderTick };
    const shaders = {
      glslVersion: GLSL3,
      vertexShader: BODY_SHADERS.vertex,
      fragmentShader: BODY_SHADERS.fragment,
      uniforms,
    };
    this.full = meshOf(figureGeometry(FULL_FIGURE), new RawShaderMaterial(shaders));
    const far = new RawShaderMaterial({ ...shaders, defines: { FAR_BODY: "" } });
    this.far = meshOf(figureGeometry(FAR_FIGURE), far);
    this.caster = meshOf(
      figureGeometry(FULL_FIGURE),
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: BODY_SHADERS.vertex,
        fragmentShader: BODY_SHADERS.depthFragment,
        uniforms,
      }),
    );
    this.blobs = meshOf(
      discGeometry(),
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: BLOB_SHADERS.vertex,
        fragmentShader: BLOB_SHADERS.fragment,
        uniforms,
        transparent: true,
        depthWrite: false,
      }),
    );
    const near = [this.full.geometry, this.caster.geometry, this.blobs.geometry];
    this.#fullRows = new BodyInstances(near, CAPACITY_FIRST);
    this.#farRows = new BodyInstances([this.far.geometry], CAPACITY_FIRST);
  }

  get drawnCount(): number {
    return this.#fullRows.count + this.#farRows.count;
  }

  adopt(quality: Quality): void {
    this.#detailDistance = quality.bodyDetailDistance;
    this.#distanceMax = quality.bodyDistance;
    this.blobs.visible = quality.bodyShadowTexels === 0;
  }

  /** A new connection counts its ticks and bodies anew. */
  reset(): void {
    this.#learnedVersion = -1;
  }

  /** Writes the rows of the bodies in view. */
  update(view: FrameView, frustum: Frustum, eye: Vector3): void {
    const table = view.bodies;
    this.#renderTick.value = view.renderTick - table.tickBase;
    if (table.version !== this.#learnedVersion) {
      this.#learn(table, view.renderTick);
      this.#learnedVersion = table.version;
    }
    this.#fullRows.begin(table.count + 1);
    this.#farRows.begin(table.count);
    this.#writeSeen(table, frustum, eye);
    if (view.camera.thirdPerson) this.#writeOwn(view);
    this.#fullRows.end();
    this.#farRows.end();
  }

  #learn(table: BodyTable, renderTick: number): void {
    const { older, newer, ticks, look, id } = table;
    for (let row = 0; row < table.count; row += 1) {
      const at = row * 4;
      const distance = Math.sqrt(
        (newer[at] - older[at]) ** 2 + (newer[at + 2] - older[at + 2]) ** 2,
      );
      const span = ticks[row * 2 + 1] - ticks[row * 2];
      this.memory.learn(id[row], look[at], ticks[row * 2 + 1], distance, span, renderTick);
    }
  }

  #writeSeen(table: BodyTable, frustum: Frustum, eye: Vector3): void {
    const { newer, count } = table;
    const sphere = this.#sphere;
    const detail = this.#detailDistance ** 2;
    const limit = this.#distanceMax ** 2;
    for (let row = 0; row < count; row += 1) {
      const at = row * 4;
      const x = newer[at];
      const y = newer[at + 1] + BODY_MIDDLE;
      const z = newer[at + 2];
      const distance = (x - eye.x) ** 2 + (y - eye.y) ** 2 + (z - eye.z) ** 2;
      if (distance > limit) continue;
      sphere.center.set(x, y, z);
      if (!frustum.intersectsSphere(sphere)) continue;
      this.#write(table, row, distance < detail ? this.#fullRows : this.#farRows);
    }
  }

  #write(table: BodyTable, row: number, target: BodyInstances): void {
    const rows = target.rows;
    const to = target.count * FLOATS_PER_BODY;
    const from = row * 4;
    const id = table.id[row];
    const { memory } = this;
    const { look } = table;
    for (let axis = 0; axis < 4; axis += 1) {
      rows[to + axis] = table.older[from + axis];
      rows[to + 4 + axis] = table.newer[from + axis];
    }
    rows[to + 8] = table.ticks[row * 2];
    rows[to + 9] = table.ticks[row * 2 + 1];
    rows[to + 10] = look[from] + 256 * look[from + 1];
    rows[to + 11] = packIdentity(look[from + 2], look[from + 3], seedOf(id));
    rows[to + 12] = memory.walkOlder[id];
    rows[to + 13] = memory.walkNewer[id];
    rows[to + 14] = memory.pace[id];
    rows[to + 15] = memory.handsStart[id] - table.tickBase;
    rows[to + 16] = memory.legsStart[id] - table.tickBase;
    rows[to + 17] = memory.hurtStart[id] - table.tickBase;
    target.count += 1;
  }

  /** The player's own body, seen from behind: predicted, so it needs no playback. */
  #writeOwn(view: FrameView): void {
    const { own, renderTick, bodies } = view;
    const seconds = view.deltaMs / 1_000;
    const speed = Math.hypot(own.velocity.x, own.velocity.z);
    const ticks = view.deltaMs / 50;
    this.memory.learn(own.id, own.pose, renderTick, speed * seconds, ticks, renderTick);
    const rows = this.#fullRows.rows;
    const to = this.#fullRows.count * FLOATS_PER_BODY;
    const tick = renderTick - bodies.tickBase;
    const { x, y, z } = own.position;
    const yaw = view.camera.yaw;
    rows.set([x, y, z, yaw, x, y, z, yaw], to);
    rows[to + 8] = tick - OWN_SAMPLE_TICKS;
    rows[to + 9] = tick;
    rows[to + 10] = own.pose + 256 * Math.round((255 * own.health) / Math.max(1, own.healthMax));
    rows[to + 11] = packIdentity(own.house, own.gear, seedOf(own.id));
    rows[to + 12] = this.memory.walkNewer[own.id];
    rows[to + 13] = this.memory.walkNewer[own.id];
    rows[to + 14] = Math.max(speed, 0);
    rows[to + 15] = this.memory.handsStart[own.id] - bodies.tickBase;
    rows[to + 16] = this.memory.legsStart[own.id] - bodies.tickBase;
    rows[to + 17] = this.memory.hurtStart[own.id] - bodies.tickBase;
    this.#fullRows.count += 1;
  }
}

function meshOf(
  geometry: InstancedBufferGeometry,
  material: RawShaderMaterial,
): Mesh<InstancedBufferGeometry, RawShaderMaterial> {
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.matrixAutoUpdate = false;
  return mesh;
}

function discGeometry(): InstancedBufferGeometry {
  const geometry = new InstancedBufferGeometry();
  const corners = new Float32Array([-1, -1, -1, 1, 1, 1, -1, -1, 1, 1, 1, -1]);
  geometry.setAttribute("position", new BufferAttribute(corners, 2));
  return geometry;
}
