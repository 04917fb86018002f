-- Beside the directory's database, which the image makes: the accounts' and the game's are apart.
CREATE DATABASE accounts;
CREATE DATABASE game;
\connect accounts
CREATE EXTENSION IF NOT EXISTS citus;
\connect game
CREATE EXTENSION IF NOT EXISTS citus;
