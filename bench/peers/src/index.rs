//! kiddo's k-d tree and rstar's R tree beside the cell index.

use bench::{
    kernel::Kernel,
    kernels::index::{Bodies, Index, Near, RADIUS_UNITS, Scene},
};
use kiddo::{ImmutableKdTree, QueryResultItem, SquaredEuclidean};
use rstar::{RTree, primitives::GeomWithData};

pub fn spread() -> Kernel {
    compared(&Scene::SPREAD)
}

pub fn battle() -> Kernel {
    compared(&Scene::BATTLE)
}

pub fn clump() -> Kernel {
    compared(&Scene::CLUMP)
}

fn compared(scene: &Scene) -> Kernel {
    let kernel = scene.kernel().beside("kiddo", scene.side(Kiddo));
    kernel.beside("rstar", scene.side(Rstar))
}

fn radius_squared() -> f64 {
    f64::from(RADIUS_UNITS).powi(2)
}

struct Kiddo;

struct KiddoNear(Vec<QueryResultItem<(), u32, ()>>);

impl Near for KiddoNear {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn rows(&self) -> Vec<u32> {
        self.0.iter().map(|near| near.item).collect()
    }
}

impl Index for Kiddo {
    type Near = KiddoNear;

    /// Of kiddo's ways to ask (collected or visited, with scratch memory or without, one by one, as a
    /// batch or as a join of two trees) this is the fastest here; like ours it tells no distances.
    fn ask_all(&mut self, bodies: &Bodies, mut take: impl FnMut(&KiddoNear)) {
        let points = &bodies.points;
        let tree = ImmutableKdTree::<f64, 3>::new_from_slice(points).expect("finite points");
        for point in points {
            let near = tree
                .query(point)
                .within::<SquaredEuclidean<f64>>(radius_squared())
                .unsorted()
                .without_distances()
                .execute();
            take(&KiddoNear(near));
        }
    }
}

struct Rstar;

impl Index for Rstar {
    type Near = Vec<u32>;

    fn ask_all(&mut self, bodies: &Bodies, mut take: impl FnMut(&Vec<u32>)) {
        let points = bodies.points.iter().enumerate();
        let named = points.map(|(row, point)| GeomWithData::new(*point, row as u32));
        let tree = RTree::bulk_load(named.collect());
        for point in &bodies.points {
            let near = tree.locate_within_distance(*point, radius_squared());
            take(&near.map(|body| body.data).collect());
        }
    }
}
