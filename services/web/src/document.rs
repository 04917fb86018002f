//! The OpenAPI document, in which every route says what the shell does for all of them.

use serde_json::{Value, json};

use crate::problem;

/// Refusals are problems, and there are some that no route names; fields that nobody knows are refused; what a
/// path holds is text unless its route says more.
pub fn complete(document: &mut Value) {
    let mut forms = Vec::new();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(path, operations)| {
        let operations = operations.as_object_mut().into_iter().flatten();
        operations.map(move |(_, operation)| (path, operation))
    });
    for (path, operation) in operations {
        add_path_parameters(path, operation);
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

fn add_path_parameters(path: &str, operation: &mut Value) {
    let names = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in names {
        let parameters = &mut operation["parameters"];
        if parameters.is_null() {
            *parameters = json!([]);
        }
        let parameters = parameters.as_array_mut().expect("parameters are a list");
        if !parameters
            .iter()
            .any(|it| it["in"] == "path" && it["name"] == name)
        {
            let schema = json!({ "type": "string" });
            parameters
                .push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_it_holds_once() {
        let known = json!([{ "name": "a", "in": "path", "required": true, "schema": { "type": "integer" } }]);
        let mut document = json!({ "paths": { "/x/{a}/{b}": { "get": {
            "parameters": known, "responses": {} } } } });
        complete(&mut document);
        let parameters = &document["paths"]["/x/{a}/{b}"]["get"]["parameters"];
        assert_eq!(parameters.as_array().map(Vec::len), Some(2));
        assert_eq!(parameters[0]["schema"]["type"], "integer");
        assert_eq!(parameters[1]["name"], "b");
    }
}
