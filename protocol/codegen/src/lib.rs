//! Holds the pin on flatc's source; see `ops/dev/codegen.sh`, which uses it. There is no code here.
