-- Beside the accounts' database, which the image makes: the game's is apart.
CREATE DATABASE game;
\connect accounts
CREATE EXTENSION IF NOT EXISTS citus;
\connect game
CREATE EXTENSION IF NOT EXISTS citus;
