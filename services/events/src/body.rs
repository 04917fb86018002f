//! A body as bytes.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// An event of one topic.
pub trait Body: Serialize + DeserializeOwned {
    const TOPIC: &'static str;
    const VERSION: u64;

    /// As the broker carries it.
    fn to_bytes(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).expect("names and numbers are JSON");
        let Value::Object(mut fields) = value else {
            unreachable!("an event has fields")
        };
        fields.insert("version".to_owned(), Self::VERSION.into());
        Value::Object(fields).to_string().into_bytes()
    }

    /// # Errors
    /// [`BadBody`]: what no listener can use, today or later.
    fn from_bytes(bytes: &[u8]) -> Result<Self, BadBody> {
        let mut fields: Map<String, Value> =
            serde_json::from_slice(bytes).map_err(|error| BadBody(error.to_string()))?;
        let version = fields.remove("version").and_then(|it| it.as_u64());
        if version != Some(Self::VERSION) {
            let topic = Self::TOPIC;
            return Err(BadBody(format!("{topic} of version {version:?}")));
        }
        serde_json::from_value(Value::Object(fields)).map_err(|error| BadBody(error.to_string()))
    }
}

/// What is wrong with it.
#[derive(Debug)]
pub struct BadBody(String);

impl std::fmt::Display for BadBody {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for BadBody {}

/// A number of 64 bits as text.
pub(crate) mod text_id {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(id: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<i64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom("not an id"))
    }
}
