//! Canaries: machines that are broken on purpose, in the simulation alone. The checkers must catch each
//! of them; a checker that lets one live shows nothing when it is silent.

/// What is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Canary {
    /// Frames go out before the journal has their tick.
    ReleasesEarly,
    /// Frames are acknowledged when they come, not when the journal has the tick that reads them.
    AcknowledgesEarly,
    /// The journal does not keep the frames of other pods.
    ForgetsHeard,
    /// A lane delivers what it delivered before, if it comes again.
    ForgetsDedupe,
    /// Nobody asks in which incarnation somebody speaks.
    AdmitsStale,
    /// A pod does not ask whether it still holds its lease.
    OutlivesLease,
    /// A pod's clock loses more than the margin of its lease.
    ClockCrawls,
    /// Bodies that cross are taken in twice, or one of them never.
    AppliesHandoffTwice,
    LosesHandoff,
    /// A shard does not hear what the world speaks from now on.
    MishearsDialect,
    /// A command that is sent on to another shard never gets there.
    LosesForwarded,
    /// The journal keeps what shards took, not what they were given.
    KeepsOnlyTaken,
    /// After a restart a pod says what its checkpoint has of its last frame, not all that it said.
    SaysLessAgain,
    /// A disk that says that it has synced and has not.
    DiskLies,
    /// A write that the disk did in part is taken for whole.
    WritesHalf,
}
