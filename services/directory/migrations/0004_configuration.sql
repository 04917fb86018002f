-- One row: the text that operators have all processes go by; empty until they say something.
CREATE TABLE directory_configuration (
  id BIGINT PRIMARY KEY,
  text TEXT NOT NULL
);
INSERT INTO directory_configuration (id, text) VALUES (1, '');
