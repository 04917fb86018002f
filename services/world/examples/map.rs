//! Draws a seed's world into PPM pictures: `cargo run --release -p world --example map -- SEED FOLDER`.
//!
//! For whoever shapes the land: a map from above and views over the field. Not part of the game.
#![allow(clippy::print_stdout)]

use std::{collections::HashMap, fs, io::Write, path::Path};

use engine::generate::{Generator, layout::WORLD_EDGE};
use spatial::{Block, BlockCoord, CellCoord, brick::Brick, brick::voxel_index};

const SKY: [u8; 3] = [164, 199, 232];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments
        .next()
        .map_or(1, |text| text.parse().expect("a number"));
    let folder = arguments.next().unwrap_or_else(|| "/tmp/soldiers".into());
    fs::create_dir_all(&folder).expect("a folder that can be made");
    let scene = Scene::generate(seed);
    let folder = Path::new(&folder);
    scene.map(&folder.join("world.ppm"), [0, 0, WORLD_EDGE, WORLD_EDGE], 1);
    scene.map(&folder.join("field.ppm"), [292, 392, 440, 240], 3);
    let views = [
        ("over", [512.0, 130.0, 700.0], [512.0, 45.0, 512.0]),
        ("red", [400.0, 62.0, 540.0], [322.0, 58.0, 512.0]),
        ("bridge", [462.0, 54.0, 488.0], [512.0, 46.0, 512.0]),
        ("ground", [440.0, 51.5, 512.0], [700.0, 54.0, 512.0]),
        ("blue", [640.0, 75.0, 470.0], [702.0, 58.0, 512.0]),
        ("north", [512.0, 60.0, 520.0], [512.0, 70.0, 300.0]),
        ("yard", [346.0, 66.0, 530.0], [310.0, 56.0, 508.0]),
        ("camp", [430.0, 52.5, 506.0], [512.0, 46.0, 512.0]),
        ("tents", [468.0, 56.0, 520.0], [400.0, 48.0, 505.0]),
        ("banner", [418.0, 55.0, 478.0], [432.0, 54.0, 490.0]),
    ];
    for (name, eye, target) in views {
        scene.view(&folder.join(format!("{name}.ppm")), eye, target);
    }
}

struct Scene {
    bricks: HashMap<CellCoord, Brick>,
}

impl Scene {
    fn generate(seed: u64) -> Self {
        let generator = Generator::new(seed);
        let started = std::time::Instant::now();
        let edge = WORLD_EDGE / 16;
        let bricks: HashMap<_, _> = (0..edge * edge)
            .flat_map(|column| generator.column(column % edge, column / edge))
            .collect();
        let bytes: usize = bricks.values().map(Brick::bytes_count).sum();
        let packed = bricks
            .values()
            .filter(|brick| brick.as_uniform().is_none())
            .count();
        println!(
            "{} bricks, {packed} packed, {bytes} bytes, {:.3} bytes a voxel of packed bricks, {:?}",
            bricks.len(),
            bytes as f64 / (packed * 4096) as f64,
            started.elapsed()
        );
        Self { bricks }
    }

    fn get(&self, x: i32, y: i32, z: i32) -> Block {
        let block = BlockCoord::new(x, y, z);
        let brick = self.bricks.get(&block.cell());
        brick.map_or(Block::AIR, |brick| brick.get(voxel_index(block)))
    }

    fn top(&self, x: i32, z: i32) -> i32 {
        (0..256)
            .rev()
            .find(|&y| self.get(x, y, z) != Block::AIR)
            .unwrap_or(0)
    }

    fn map(&self, path: &Path, [min_x, min_z, width, height]: [i32; 4], zoom: i32) {
        let mut pixels = Vec::new();
        for row in 0..height * zoom {
            for column in 0..width * zoom {
                let (x, z) = (min_x + column / zoom, min_z + row / zoom);
                let y = self.top(x, z);
                let slope = self.top(x - 1, z - 1) - y;
                let light = (1.0 - f64::from(slope) * 0.12).clamp(0.4, 1.4);
                let light = light * (0.75 + f64::from(y) / 220.0);
                pixels.extend(shade(self.get(x, y, z), light, [x, y, z]));
            }
        }
        write(path, width * zoom, height * zoom, &pixels);
    }

    fn view(&self, path: &Path, eye: [f64; 3], target: [f64; 3]) {
        let (width, height) = (1_100, 620);
        let ahead = normal([target[0] - eye[0], target[1] - eye[1], target[2] - eye[2]]);
        let right = normal([-ahead[2], 0.0, ahead[0]]);
        let up = [
            right[1] * ahead[2] - right[2] * ahead[1],
            right[2] * ahead[0] - right[0] * ahead[2],
            right[0] * ahead[1] - right[1] * ahead[0],
        ];
        let mut pixels = Vec::new();
        for row in 0..height {
            for column in 0..width {
                let u = f64::from(column * 2 - width) / f64::from(height) * 0.75;
                let v = f64::from(height - row * 2) / f64::from(height) * 0.75;
                let ray = [0, 1, 2].map(|axis| ahead[axis] + right[axis] * u + up[axis] * v);
                pixels.extend(self.cast(eye, normal(ray)));
            }
        }
        write(path, width, height, &pixels);
    }

    fn cast(&self, eye: [f64; 3], ray: [f64; 3]) -> [u8; 3] {
        let mut place = eye.map(|value| value.floor() as i32);
        let step = ray.map(|value| if value < 0.0 { -1 } else { 1 });
        let mut next = [0, 1, 2].map(|axis| {
            let edge = f64::from(place[axis] + i32::from(step[axis] > 0));
            (edge - eye[axis]) / ray[axis]
        });
        for _ in 0..900 {
            let axis = (0..3)
                .min_by(|&a, &b| next[a].total_cmp(&next[b]))
                .expect("three axes");
            let distance = next[axis];
            place[axis] += step[axis];
            next[axis] += f64::from(step[axis]) / ray[axis];
            let block = self.get(place[0], place[1], place[2]);
            if block != Block::AIR && place[1] < 256 {
                let face = [0.78, if step[1] > 0 { 0.5 } else { 1.0 }, 0.64][axis];
                let normal = [0, 1, 2].map(|a| if a == axis { -step[a] } else { 0 });
                let sun = self.sun([0, 1, 2].map(|a| place[a] + normal[a]));
                let colour = shade(block, face * sun, place);
                let fog = (distance / 520.0).clamp(0.0, 1.0).powi(2);
                return [0, 1, 2]
                    .map(|c| (f64::from(colour[c]) * (1.0 - fog) + f64::from(SKY[c]) * fog) as u8);
            }
        }
        SKY
    }

    fn sun(&self, place: [i32; 3]) -> f64 {
        let shadow = (1..60).any(|step| {
            let [x, y, z] = [place[0] - step / 2, place[1] + step, place[2] - step / 3];
            !matches!(self.get(x, y, z), Block::AIR | Block::WATER)
        });
        if shadow { 0.6 } else { 1.05 }
    }
}

fn shade(block: Block, light: f64, [x, y, z]: [i32; 3]) -> [u8; 3] {
    let grain = ((x * 7 + y * 13 + z * 29) ^ (x * 3 + z * 5)) & 7;
    let light = light * (0.95 + f64::from(grain) * 0.012);
    let colour = block.kind().colour;
    [16, 8, 0].map(|bits| (f64::from(colour >> bits & 255) * light).min(255.0) as u8)
}

fn normal(v: [f64; 3]) -> [f64; 3] {
    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    v.map(|value| value / length)
}

fn write(path: &Path, width: i32, height: i32, pixels: &[u8]) {
    let mut file = fs::File::create(path).expect("a file that can be written");
    writeln!(file, "P6 {width} {height} 255").expect("room on the disk");
    file.write_all(pixels).expect("room on the disk");
    println!("{}", path.display());
}
