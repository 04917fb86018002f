//! What an edge keeps for one client.

use std::{cell::RefCell, rc::Rc, time::Instant};

use chat::{IgnoreList, Manners};
use engine::{Attachment, BodyId, SessionId};
use protocol::up::{Hello, Settings};
use tokio::sync::Notify;

use crate::{
    hub::{bodies::BodySet, drops::DropsTold, inputs::InputGate, terrain::TerrainView},
    interest::ClientInterest,
    limits,
    overload::Told,
    registry::Admission,
    session::{Ending, Outbox},
};

/// What a client wishes, within what is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wishes {
    pub view_distance_blocks: u16,
    pub budget_bytes_per_second: u32,
}

/// Where a camera looks that does not look where the body does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Camera {
    /// 65,536 to a full turn.
    pub yaw: u16,
    /// When the client said so; after a while the body's own yaw counts again.
    pub told_at_tick: u32,
}

impl Wishes {
    /// Zero asks for the default. Ranges were checked when the message was read.
    pub fn of_hello(hello: &Hello, budget_bytes_per_second_max: u32) -> Self {
        use protocol::limits::{BUDGET_BYTES_PER_SECOND_DEFAULT, VIEW_DISTANCE_BLOCKS_DEFAULT};
        let or = |wish, default| if wish == 0 { default } else { wish };
        let view_distance = or(
            u32::from(hello.view_distance_blocks),
            u32::from(VIEW_DISTANCE_BLOCKS_DEFAULT),
        );
        let budget = or(
            hello.budget_bytes_per_second,
            BUDGET_BYTES_PER_SECOND_DEFAULT,
        );
        Self {
            view_distance_blocks: view_distance as u16,
            budget_bytes_per_second: budget.min(budget_bytes_per_second_max),
        }
    }
}

/// Ends a session from inside the edge; its connection's task waits for it.
#[derive(Clone, Default)]
pub struct EndSignal {
    ending: Rc<RefCell<Option<Ending>>>,
    bell: Rc<Notify>,
}

impl EndSignal {
    /// The first ending holds; true if this is it.
    pub fn end(&self, ending: Ending) -> bool {
        let is_first = self.ending.borrow().is_none();
        if is_first {
            *self.ending.borrow_mut() = Some(ending);
            self.bell.notify_one();
        }
        is_first
    }

    pub async fn wait(&self) -> Ending {
        loop {
            if let Some(ending) = self.ending.borrow().clone() {
                return ending;
            }
            self.bell.notified().await;
        }
    }
}

/// A client of this edge, from its admission to the end of its connection.
pub struct Client {
    pub session: SessionId,
    /// Whom mutes and rates of chat hold for.
    pub account: u64,
    /// Tells this connection from others of the same session.
    pub attachment: Attachment,
    pub token: String,
    pub house_wished: u8,
    pub outbox: Outbox,
    pub end: EndSignal,
    pub wishes: Wishes,
    pub camera: Option<Camera>,
    /// Newer wishes that do not hold yet, and when the last ones began to.
    pub settings_wished: Option<Settings>,
    pub settings_at_tick: u32,
    pub entered_at: Instant,
    /// When the shard was last told that it is there.
    pub present_at_tick: u32,
    /// Its body, once the shard gave one and the Welcome is out.
    pub body: Option<BodyId>,
    pub inputs: InputGate,
    /// How much it said lately, and whom it does not want to hear.
    pub manners: Manners,
    pub ignored: IgnoreList,
    /// The tick whose deaths, and all before, its kill feed was told.
    pub kills_told_tick: u32,
    /// Datagrams sent to it, for its count of losses.
    pub datagram_count: u32,
    pub interest: ClientInterest,
    /// Bodies that its bound of staleness reckons with, and what it was told of overload.
    pub bodies_capacity: usize,
    pub overload: Told,
    pub terrain: TerrainView,
    /// What it was told lies near its body.
    pub drops: DropsTold,
    /// Bodies whose looks it was told.
    pub told: BodySet,
    /// Indices of bodies seen for the first time, whose looks are to be told.
    pub seen: Vec<u32>,
}

impl Client {
    pub fn new(admission: &Admission, hello: &Hello, wishes: Wishes, outbox: Outbox) -> Self {
        Self {
            session: admission.session,
            account: admission.account,
            attachment: admission.attachment,
            token: admission.token.clone(),
            house_wished: hello.house,
            outbox,
            end: EndSignal::default(),
            wishes,
            camera: None,
            settings_wished: None,
            settings_at_tick: 0,
            entered_at: Instant::now(),
            present_at_tick: 0,
            body: None,
            inputs: InputGate::default(),
            manners: Manners::default(),
            ignored: IgnoreList::default(),
            kills_told_tick: 0,
            datagram_count: 0,
            interest: ClientInterest::new(
                wishes.budget_bytes_per_second,
                wishes.view_distance_blocks,
            ),
            bodies_capacity: 0,
            overload: Told::welcome(0, 0),
            terrain: TerrainView::new(wishes.view_distance_blocks),
            drops: DropsTold::default(),
            told: BodySet::default(),
            seen: Vec::new(),
        }
    }

    /// Lets the newest wishes hold, five times a second at most; zero leaves one as it is.
    pub fn apply_settings(&mut self, tick: u32, budget_bytes_per_second_max: u32) {
        if tick.saturating_sub(self.settings_at_tick) < limits::SETTINGS_TICKS {
            return;
        }
        let Some(settings) = self.settings_wished.take() else {
            return;
        };
        self.settings_at_tick = tick;
        let wishes = &mut self.wishes;
        if settings.budget_bytes_per_second != 0 {
            let budget = settings
                .budget_bytes_per_second
                .min(budget_bytes_per_second_max);
            wishes.budget_bytes_per_second = budget;
            self.interest.set_budget(budget);
        }
        let view_distance = settings.view_distance_blocks;
        if view_distance != 0 && view_distance != wishes.view_distance_blocks {
            wishes.view_distance_blocks = view_distance;
            self.terrain.set_distance(view_distance);
            self.interest.set_view_distance(view_distance);
        }
        self.camera = Some(Camera {
            yaw: settings.camera_yaw,
            told_at_tick: tick,
        });
    }

    /// A body came into its sight.
    pub fn see(&mut self, index: u32) {
        if self.told.insert(index) {
            self.seen.push(index);
        }
    }

    /// A body looks otherwise: who was told of it is told again.
    pub fn see_again(&mut self, index: u32) {
        if self.told.contains(index) && !self.seen.contains(&index) {
            self.seen.push(index);
        }
    }

    /// Where it looks: the camera, while that was told lately, else the body.
    pub fn yaw(&self, body_yaw: u16, tick: u32) -> u16 {
        let is_recent =
            |camera: &Camera| tick.saturating_sub(camera.told_at_tick) <= limits::CAMERA_TICKS;
        self.camera
            .filter(is_recent)
            .map_or(body_yaw, |camera| camera.yaw)
    }

    /// The number of the next datagram to it, from 1.
    pub fn datagram_number(&mut self) -> u32 {
        self.datagram_count = self.datagram_count.wrapping_add(1);
        self.datagram_count
    }
}
