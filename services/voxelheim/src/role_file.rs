//! The configuration file of a role that runs alone: what its table says stands where neither flag nor variable does.
//!
//! The words are the flags' own, so each is explained, checked and told wrong in one place: a setting becomes the flag
//! of its name before the flags are read.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::{
    Arg, ArgAction, ArgMatches, Command, CommandFactory, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};
use toml::Value;

use crate::{
    Failure,
    cli::Arguments,
    config::{self, RolesFile},
    services,
};

/// Roles of which a file may have a table.
pub const ROLES: [&str; 9] = [
    "shard",
    "edge",
    "auth",
    "player",
    "inventory",
    "chat",
    "analytics",
    "admin",
    "assets",
];
/// The flag that names the file; the file does not.
const CONFIG: &str = "config";
/// Columns of what is printed.
const WIDTH: usize = 118;

/// Why nothing is started.
pub enum Mistake {
    /// Of flags, or a wish for help.
    Flags(clap::Error),
    /// Of the file.
    File(Failure),
}

/// What this process was given, with what its role's file says now where nothing was.
///
/// # Errors
/// [`Mistake`].
pub fn arguments() -> Result<Arguments, Mistake> {
    let given: Vec<OsString> = env::args_os().collect();
    let Some((path, settings)) = settings(&given).map_err(Mistake::File)? else {
        return Arguments::try_parse_from(given).map_err(Mistake::Flags);
    };
    let flags = settings.iter().flat_map(|setting| setting.flags.clone());
    let all = given.into_iter().chain(flags.map(OsString::from));
    Arguments::try_parse_from(all).map_err(|error| {
        match settings.iter().find(|setting| setting.is_wrong(&error)) {
            Some(setting) => Mistake::File(setting.wrong(&path, &error)),
            None => Mistake::Flags(error),
        }
    })
}

/// Whether all tables of roles in a file are right, as far as one can say who does not know what the flags will be.
///
/// # Errors
/// The first setting that is wrong, and its line.
pub fn check(path: &Path) -> Result<(), Failure> {
    let file = config::read_roles(path)?;
    let command = Arguments::command();
    for role in file.tables.keys() {
        if !ROLES.contains(&role.as_str()) {
            let (shown, line) = (path.display(), line_of_table(&file.text, role));
            let text = format!("{shown}, line {line}: there is no role {role}");
            return Err(Failure::Usage(text));
        }
        let of_role = command.find_subcommand(role).expect("it is a role");
        let settings = settings_of(&file, path, of_role)?;
        check_stores(&file, path, role)?;
        let flags = settings.iter().flat_map(|setting| setting.flags.clone());
        let all = ["voxelheim".to_owned(), role.clone()]
            .into_iter()
            .chain(flags);
        let Err(error) = Arguments::try_parse_from(all) else {
            continue;
        };
        // What is not here may be a flag or a variable.
        if error.kind() != ErrorKind::MissingRequiredArgument
            && let Some(setting) = settings.iter().find(|setting| setting.is_wrong(&error))
        {
            return Err(setting.wrong(path, &error));
        }
    }
    Ok(())
}

/// Whether a start would take the URLs of stores in a role's table.
fn check_stores(file: &RolesFile, path: &Path, role: &str) -> Result<(), Failure> {
    for (key, value) in file.tables.get(role).into_iter().flatten() {
        let url = value.as_str().unwrap_or_default();
        services::check_url(key, url).map_err(|error| {
            let (shown, line) = (path.display(), line_of(&file.text, role, key));
            Failure::Usage(format!(
                "{shown}, line {line}: [role.{role}] {key}: {error}"
            ))
        })?;
    }
    Ok(())
}

/// All that tables of roles may say, made of the flags' words; a line is in force once its # is gone.
pub fn example() -> String {
    let command = Arguments::command();
    let roles = ROLES
        .iter()
        .filter_map(|role| command.find_subcommand(role));
    roles.map(example_of).collect()
}

fn example_of(role: &Command) -> String {
    let about = role
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut text = format!("\n{}#[role.{}]\n", comment(&about), role.get_name());
    for arg in options(role) {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        text += &format!(
            "{}#{} = {}\n",
            comment(&help),
            key_of(arg),
            example_value(arg)
        );
    }
    text
}

/// The default, or what stands for a value.
fn example_value(arg: &Arg) -> String {
    if arg.get_action().takes_values() {
        let value = match arg.get_default_values() {
            [value, ..] => value.to_string_lossy().into_owned(),
            [] => arg
                .get_value_names()
                .map_or("", |names| names[0].as_str())
                .to_owned(),
        };
        let value = match value.parse::<u64>() {
            Ok(number) => number.to_string(),
            Err(_) => format!("{value:?}"),
        };
        match arg.get_action() {
            ArgAction::Append => format!("[{value}]"),
            _ => value,
        }
    } else {
        "false".to_owned()
    }
}

/// Lines of words after a #.
fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("one at least");
        match line.len() + 1 + word.len() > WIDTH {
            true => lines.push(format!("# {word}")),
            false => *line += &format!(" {word}"),
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// One of a role's table.
struct Setting {
    role: String,
    key: String,
    line: usize,
    /// The flags that say the same.
    flags: Vec<String>,
}

impl Setting {
    /// Whether an error is about it.
    fn is_wrong(&self, error: &clap::Error) -> bool {
        let Some(ContextValue::String(about)) = error.get(ContextKind::InvalidArg) else {
            return false;
        };
        let word = about.split_whitespace().next();
        word == Some(&flag_of(&self.key))
    }

    fn wrong(&self, path: &Path, error: &clap::Error) -> Failure {
        let text = error.render().to_string();
        let text = text.lines().next().unwrap_or_default();
        let text = text.strip_prefix("error: ").unwrap_or(text);
        let (
            shown,
            Self {
                role, key, line, ..
            },
        ) = (path.display(), self);
        Failure::Usage(format!("{shown}, line {line}: [role.{role}] {key}: {text}"))
    }
}

/// The file that the flags name, and of its table what they and the variables do not say.
fn settings(given: &[OsString]) -> Result<Option<(PathBuf, Vec<Setting>)>, Failure> {
    let command = Arguments::command();
    // What is wrong or missing is told when all are read.
    let early = command.clone().ignore_errors(true);
    let Ok(matches) = early.try_get_matches_from(given) else {
        return Ok(None);
    };
    let Some((role, matches)) = matches
        .subcommand()
        .filter(|(name, _)| ROLES.contains(name))
    else {
        return Ok(None);
    };
    let Some(path) = matches.get_one::<PathBuf>(CONFIG) else {
        return Ok(None);
    };
    let file = config::read_roles(path)?;
    let role = command.find_subcommand(role).expect("it was matched");
    let mut settings = settings_of(&file, path, role)?;
    settings.retain(|setting| !is_said(role, matches, &setting.key));
    Ok(Some((path.clone(), settings)))
}

/// Whether a flag or a variable goes before the setting.
fn is_said(role: &Command, matches: &ArgMatches, key: &str) -> bool {
    let arg = options(role).find(|arg| key_of(arg) == key);
    let source = arg.and_then(|arg| matches.value_source(arg.get_id().as_str()));
    matches!(
        source,
        Some(ValueSource::CommandLine | ValueSource::EnvVariable)
    )
}

/// All that a file says of a role.
fn settings_of(file: &RolesFile, path: &Path, role: &Command) -> Result<Vec<Setting>, Failure> {
    let name = role.get_name();
    let table = file.tables.get(name).into_iter().flatten();
    let settings = table.map(|(key, value)| {
        let line = line_of(&file.text, name, key);
        let wrong = |why: &str| {
            let shown = path.display();
            Failure::Usage(format!("{shown}, line {line}: [role.{name}] {key}: {why}"))
        };
        let arg = options(role).find(|arg| key_of(arg) == *key);
        let arg = arg.ok_or_else(|| wrong("there is no such setting"))?;
        Ok(Setting {
            role: name.to_owned(),
            key: key.clone(),
            line,
            flags: flags_of(arg, value).map_err(wrong)?,
        })
    });
    settings.collect()
}

/// The flags of a role that a file may stand for.
fn options(role: &Command) -> impl Iterator<Item = &Arg> {
    let flags = role.get_arguments().filter(|arg| arg.get_long().is_some());
    flags.filter(|arg| ![CONFIG, "help", "version"].contains(&arg.get_id().as_str()))
}

/// As a file names what a flag says.
fn key_of(arg: &Arg) -> String {
    arg.get_long().unwrap_or_default().replace('-', "_")
}

fn flag_of(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

fn flags_of(arg: &Arg, value: &Value) -> Result<Vec<String>, &'static str> {
    let flag = flag_of(&key_of(arg));
    match (arg.get_action(), value) {
        (ArgAction::SetTrue, Value::Boolean(true)) => Ok(vec![flag]),
        (ArgAction::SetTrue, Value::Boolean(false)) => Ok(Vec::new()),
        (ArgAction::SetTrue, _) => Err("it is true or false"),
        (ArgAction::Append, Value::Array(values)) => {
            let flags = values
                .iter()
                .map(|value| Ok(format!("{flag}={}", plain(value)?)));
            flags.collect()
        }
        (ArgAction::Append, _) => Err("it is a list, in brackets"),
        _ => Ok(vec![format!("{flag}={}", plain(value)?)]),
    }
}

/// A value as a flag has it.
fn plain(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        _ => Err("it is a text or a number"),
    }
}

/// Where a table says something; where that is not to be found, where the table begins.
fn line_of(text: &str, role: &str, key: &str) -> usize {
    let begin = line_of_table(text, role);
    let mut lines = text.lines().skip(begin);
    let found = lines.position(|line| {
        line.split_once('=')
            .is_some_and(|(said, _)| said.trim() == key)
    });
    found.map_or(begin, |after| begin + 1 + after)
}

/// Where a role's table begins, from 1 on; where that is not to be found, where the file does.
fn line_of_table(text: &str, role: &str) -> usize {
    let header = format!("[role.{role}]");
    let found = text.lines().position(|line| line.trim() == header);
    found.map_or(1, |index| index + 1)
}
