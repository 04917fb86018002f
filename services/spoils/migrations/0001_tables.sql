-- The last number of each character's spoils in a world that were put down. Seals of a character rise, so one
-- number says of each whether it was: for ever, whatever crashed in between.
CREATE TABLE spoils_seals (
    character BIGINT NOT NULL,
    world TEXT NOT NULL,
    seal BIGINT NOT NULL,
    PRIMARY KEY (character, world)
);
