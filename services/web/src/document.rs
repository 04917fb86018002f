//! The OpenAPI document, in which every route says what the shell does for all of them.

use serde_json::{Value, json};

use crate::problem;

/// Refusals are problems, and there are some that no route names; fields that nobody knows are refused.
pub fn complete(document: &mut Value) {
    let mut forms = Vec::new();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten());
    for (_, operation) in operations {
        add_refusals(&mut operation["responses"]);
        let form = operation.pointer("/requestBody/content/application~1json/schema/$ref");
        forms.extend(form.and_then(Value::as_str).map(str::to_owned));
    }
    for form in forms {
        let schema = form
            .strip_prefix('#')
            .and_then(|form| document.pointer_mut(form));
        if let Some(Value::Object(schema)) = schema {
            schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
    }
}

fn add_refusals(responses: &mut Value) {
    let Value::Object(responses) = responses else {
        return;
    };
    let schema = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    let content = json!({ problem::CONTENT_TYPE: schema });
    let refusals = responses
        .iter_mut()
        .filter(|(status, _)| status.as_str() >= "400");
    refusals.for_each(|(_, response)| response["content"] = content.clone());
    let refusal = json!({ "description": "Refused", "content": content });
    responses.insert("default".to_owned(), refusal);
}
