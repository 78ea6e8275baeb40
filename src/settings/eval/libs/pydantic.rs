//! pydantic-settings: classes whose annotated fields are read from the environment. Validators of a class run code
//! of any kind and leave its fields unknown; types that only pydantic can parse do, too, when they are supplied.

use super::super::environ::Read;
use super::super::functions::Args;
use super::super::raise::{R, Raise};
use super::super::val::{LibObject, Name, Reads, V, Val};
use super::super::{Interp, cause_of};
use crate::python::ast::{Expr, Operator, Stmt};
use crate::settings::Reader;
use crate::source::Span;

/// What a field's annotation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Bool,
    Int,
    Float,
    Path,
    Secret,
    /// A list, dict or another that is written as JSON.
    Json(&'static str),
    /// A class of the project: a model of its own, or an enum.
    Class(u32),
    Other,
}

struct Field<'a> {
    name: &'a str,
    annotation: &'a Expr,
    at: Option<Span>,
}

/// How a class reads its fields.
#[derive(Default)]
struct Config {
    prefix: String,
    nested: Option<String>,
    case_sensitive: bool,
}

/// Whether a base outside the project makes a class one of pydantic's models; `true` for one that reads the
/// environment.
fn kind_of_base(name: &str) -> Option<bool> {
    if !name.starts_with("pydantic") {
        return None;
    }
    match name.rsplit('.').next()? {
        "BaseSettings" => Some(true),
        "BaseModel" => Some(false),
        _ => None,
    }
}

impl<'a> Interp<'a> {
    /// Keeps the body of a class of pydantic's, whose annotations make its fields.
    pub(in super::super) fn note_model(&mut self, class: u32, body: &'a [Stmt]) {
        if self.model_kind(class).is_some() {
            self.models.insert(class, body);
        }
    }

    /// Whether a class is a model of pydantic's, and whether it reads the environment.
    fn model_kind(&self, class: u32) -> Option<bool> {
        let kinds = self.classes[class as usize].external.iter().filter_map(|base| kind_of_base(base));
        kinds.fold(None, |all: Option<bool>, kind| Some(all.unwrap_or(false) || kind))
    }

    /// `Settings(…)` for a model of pydantic's; `None` for other classes.
    pub(in super::super) fn instantiate_model(&mut self, class: u32, args: &Args) -> R<Option<Val>> {
        let Some(reads) = self.model_kind(class) else { return Ok(None) };
        if self.classes[class as usize].opaque.is_some() || args.open.is_some() {
            return Ok(Some(self.give_up(args, "a model whose fields cannot be told")));
        }
        let mut config = self.model_config(class)?;
        for (option, place) in [("_env_prefix", &mut config.prefix)] {
            if let Some(text) = args.named(option).and_then(Val::as_str) {
                *place = text.to_string();
            }
        }
        if let Some(V::Str(file) | V::Path(file)) = args.named("_env_file").map(|val| val.v.clone()) {
            self.read_dotenv_for(Reader::Pydantic, Some(&file));
        }
        let object = self.new_instance(class);
        let V::Instance(id) = object.v else { return Ok(None) };
        let computed = self.class_member(class, "settings_customise_sources").is_some();
        for field in self.model_fields(class) {
            let given = args.named(field.name).cloned();
            let val = match given {
                Some(val) => val,
                None if computed => Val::unknown("the class chooses its sources itself"),
                None => self.field_value(class, &field, &config, reads)?,
            };
            let val = match self.validator_of(class, field.name) {
                Some(cause) => Val::unknown(cause).with_env(&val.env),
                None => val,
            };
            let step = self.assigned(field.at, &val);
            self.bind_in(id, field.name, val, step, Vec::new());
        }
        Ok(Some(object.at(args.at)))
    }

    /// The fields, those of the bases first; a field that is written again keeps its place.
    fn model_fields(&self, class: u32) -> Vec<Field<'a>> {
        let mut fields: Vec<Field<'a>> = Vec::new();
        for base in self.classes[class as usize].mro.iter().rev() {
            let Some(body) = self.models.get(base) else { continue };
            let file = self.classes[*base as usize].at.map(|at| at.file);
            for stmt in *body {
                let Stmt::AnnAssign(assign) = stmt else { continue };
                let Expr::Name(name) = &*assign.target else { continue };
                let is_class_var = short_name(&assign.annotation) == Some("ClassVar");
                if is_class_var || name.id.starts_with('_') || name.id.as_str() == "model_config" {
                    continue;
                }
                let at = file.map(|file| Span::new(file, crate::python::Ranged::range(assign)));
                let field = Field { name: &name.id, annotation: &assign.annotation, at };
                match fields.iter_mut().find(|old| old.name == field.name) {
                    Some(old) => *old = field,
                    None => fields.push(field),
                }
            }
        }
        fields
    }

    /// `model_config = SettingsConfigDict(…)`, or a `class Config` of version 1.
    fn model_config(&mut self, class: u32) -> R<Config> {
        let mut config = Config::default();
        let mut options: Vec<(Name, Val)> = Vec::new();
        if let Some(val) = self.class_member(class, "model_config") {
            let entries = self.entries_of(&val).0;
            options.extend(entries.into_iter().filter_map(|(k, v)| Some((k.as_str()?.clone(), v))));
        }
        if let Some(Val { v: V::Class(inner), .. }) = self.class_member(class, "Config") {
            for name in ["env_prefix", "env_nested_delimiter", "case_sensitive", "env_file"] {
                if let Some(val) = self.class_member(inner, name) {
                    options.push((name.into(), val));
                }
            }
        }
        for (name, val) in options {
            match (&*name, &val.v) {
                ("env_prefix", V::Str(text)) => config.prefix = text.to_string(),
                ("env_nested_delimiter", V::Str(text)) => config.nested = Some(text.to_string()),
                ("case_sensitive", V::Bool(on)) => config.case_sensitive = *on,
                ("env_file", V::Str(path) | V::Path(path)) => {
                    self.read_dotenv_for(Reader::Pydantic, Some(path));
                }
                ("env_file", V::Tuple(_) | V::List(_)) => {
                    // The later file wins; what was supplied first does here.
                    for path in self.iterate(&val).items.into_iter().rev() {
                        if let V::Str(path) | V::Path(path) = &path.v {
                            self.read_dotenv_for(Reader::Pydantic, Some(path));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(config)
    }

    fn field_value(&mut self, class: u32, field: &Field<'a>, config: &Config, reads: bool) -> R<Val> {
        let default = self.class_member(class, field.name);
        let options = match default.as_ref().map(|val| &val.v) {
            Some(V::Lib(options)) if options.class == "pydantic-field" => Some(options.clone()),
            _ => None,
        };
        let kind = self.annotated_kind(field.annotation);
        let default = match &options {
            None => default,
            Some(options) => match (options.arg(0, "default"), options.arg(9, "default_factory")) {
                (Some(Val { v: V::Ellipsis, .. }), _) | (None, None) => None,
                (Some(default), _) => Some(default.clone()),
                (None, Some(factory)) => Some(self.call(&factory.clone(), Args::default())?),
            },
        };
        let names = variables(field.name, options.as_deref(), config);
        let Some(names) = names else { return Ok(Val::unknown("a field whose variable cannot be told")) };
        if !reads {
            return match default {
                Some(default) => Ok(self.validated(kind, default)),
                None => Ok(Val::unknown(format!("the field {} is not given", field.name))),
            };
        }
        let place = default.as_ref().and_then(|val| val.at).or(field.at);
        let mut missing = Reads::default();
        for name in &names {
            let name = self.actual_name(name, config.case_sensitive);
            let cast = match kind {
                Kind::Bool => Some("bool"),
                Kind::Int => Some("int"),
                _ => None,
            };
            match self.read_variable(&name, field.at, place, Reader::Pydantic, cast) {
                Read::Found(val) => return self.parsed(kind, &val),
                Read::Missing(env) => missing = missing.union(&env),
            }
        }
        if let (Some(delimiter), Kind::Class(_) | Kind::Json("dict")) = (&config.nested, kind) {
            let start = format!("{}{delimiter}", names[0]).to_lowercase();
            if self.supplied_to(Reader::Pydantic).any(|name| name.to_lowercase().starts_with(&start)) {
                return Ok(Val::unknown("a nested field that the environment gives").with_env(&missing));
            }
        }
        match default {
            Some(default) => Ok(self.validated(kind, default).with_env(&missing)),
            None => {
                let name = names[0].clone();
                let raise = Raise::new("ValidationError", format!("needs the environment variable {name}"))
                    .with_env(&missing);
                if self.catches(&raise) {
                    return Err(raise);
                }
                let val = Val::required(format!("the environment variable {name} is required"));
                Ok(Val { env: missing.needed(), ..val })
            }
        }
    }

    /// The variable of the environment that a name means.
    fn actual_name(&self, name: &str, case_sensitive: bool) -> String {
        let same = |other: &&String| {
            if case_sensitive { *other == name } else { other.eq_ignore_ascii_case(name) }
        };
        match self.supplied_to(Reader::Pydantic).find(same) {
            Some(found) => found.clone(),
            None if case_sensitive => name.to_owned(),
            None => name.to_uppercase(),
        }
    }

    /// A default as the model has it: it is validated, too.
    fn validated(&mut self, kind: Kind, default: Val) -> Val {
        match (kind, &default.v) {
            (_, V::None) | (Kind::Text, V::Str(_) | V::Parts(_)) | (Kind::Bool, V::Bool(_)) => default,
            (Kind::Int, V::Int(_)) | (Kind::Float, V::Float(_)) | (Kind::Path, V::Path(_)) => default,
            (Kind::Float, V::Int(n)) => Val { v: V::Float(*n as f64), ..default },
            (Kind::Path, V::Str(text)) => Val { v: V::Path(text.clone()), ..default },
            (Kind::Secret, V::Str(_)) => Val::lib("pydantic-secret", vec![default], Vec::new()),
            (Kind::Json("list"), V::List(_)) | (Kind::Json("dict"), V::Dict(_)) => default,
            (Kind::Json("set"), V::Set(_)) | (Kind::Json("tuple"), V::Tuple(_)) => default,
            (Kind::Class(_), V::Instance(_)) | (Kind::Secret, V::Lib(_)) | (_, V::Unknown(_)) => default,
            (Kind::Bool | Kind::Int | Kind::Float, V::Str(_)) => self
                .parsed(kind, &default)
                .unwrap_or_else(|_| Val::unknown("a default that is no such value")),
            _ => Val::unknown("a default that only pydantic can turn into its type").with_env(&default.env),
        }
    }

    /// The text of a variable as the field's type.
    fn parsed(&mut self, kind: Kind, val: &Val) -> R<Val> {
        let Some(text) = val.as_str().cloned() else {
            return Ok(Val::unknown(cause_of(val)).with_env(&val.env));
        };
        let bad = || Raise::new("ValidationError", "reads a text that is no such value").with_env(&val.env);
        let made = match kind {
            Kind::Text => val.clone(),
            Kind::Path => Val::new(V::Path(text)),
            Kind::Secret => Val::lib("pydantic-secret", vec![val.clone()], Vec::new()),
            Kind::Bool => match text.to_lowercase().as_str() {
                "1" | "true" | "t" | "yes" | "y" | "on" => Val::bool(true),
                "0" | "false" | "f" | "no" | "n" | "off" => Val::bool(false),
                _ => return Err(bad()),
            },
            Kind::Int => Val::new(V::Int(text.trim().parse().map_err(|_| bad())?)),
            Kind::Float => Val::new(V::Float(text.trim().parse().map_err(|_| bad())?)),
            Kind::Json("list" | "dict") => match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(json) => self.json_value(&json),
                Err(_) => return Err(bad()),
            },
            Kind::Json(_) | Kind::Class(_) | Kind::Other => {
                Val::unknown("a text that only pydantic can turn into its type")
            }
        };
        Ok(made.with_env(&val.env))
    }

    /// Which type an annotation means; `Optional` and `Annotated` are looked through.
    fn annotated_kind(&self, annotation: &Expr) -> Kind {
        match annotation {
            Expr::Subscript(subscript) => match (short_name(annotation), &*subscript.slice) {
                (Some("Optional"), inner) => self.annotated_kind(inner),
                (Some("Annotated"), Expr::Tuple(tuple)) => match tuple.elts.as_slice() {
                    // Metadata may name the variable, or validate.
                    [inner, ..] if tuple.elts.len() == 1 => self.annotated_kind(inner),
                    _ => Kind::Other,
                },
                (Some("Literal"), _) => Kind::Other,
                _ => self.annotated_kind(&subscript.value),
            },
            Expr::BinOp(op) if op.op == Operator::BitOr => match (&*op.left, &*op.right) {
                (inner, Expr::NoneLiteral(_)) | (Expr::NoneLiteral(_), inner) => self.annotated_kind(inner),
                _ => Kind::Other,
            },
            _ => match short_name(annotation) {
                Some("str") => Kind::Text,
                Some("bool") => Kind::Bool,
                Some("int") => Kind::Int,
                Some("float") => Kind::Float,
                Some("Path") => Kind::Path,
                Some("SecretStr") => Kind::Secret,
                Some("list" | "List") => Kind::Json("list"),
                Some("dict" | "Dict") => Kind::Json("dict"),
                Some("set" | "Set") => Kind::Json("set"),
                Some("tuple" | "Tuple") => Kind::Json("tuple"),
                Some(name) => match self.lookup(name).map(|binding| &binding.val.v) {
                    Some(V::Class(class)) => Kind::Class(*class),
                    _ => Kind::Other,
                },
                None => Kind::Other,
            },
        }
    }

    /// Why a validator of the class may change a field.
    fn validator_of(&self, class: u32, field: &str) -> Option<String> {
        let mro = &self.classes[class as usize].mro;
        let bodies = mro.iter().filter_map(|base| self.models.get(base));
        for stmt in bodies.flat_map(|body| body.iter()) {
            let Stmt::FunctionDef(def) = stmt else { continue };
            for decorator in &def.decorator_list {
                let Expr::Call(call) = &decorator.expression else { continue };
                let named = || {
                    call.arguments.args.iter().any(|arg| match arg {
                        Expr::StringLiteral(text) => {
                            matches!(text.value.to_str(), "*") || text.value.to_str() == field
                        }
                        _ => true,
                    })
                };
                let concerns = match short_name(&call.func) {
                    Some("field_validator" | "validator") => named(),
                    Some("model_validator" | "root_validator") => true,
                    _ => false,
                };
                if concerns {
                    return Some(format!("the validator {}() may change it", def.name));
                }
            }
        }
        None
    }

    /// `model_dump()` and `dict()`; `None` for other methods.
    pub(in super::super) fn model_method(&mut self, this: &Val, name: &str, args: &Args) -> Option<Val> {
        let class = self.instance_class(this)?;
        self.model_kind(class)?;
        if !matches!(name, "model_dump" | "dict") || self.class_member(class, name).is_some() {
            return None;
        }
        let V::Instance(id) = this.v else { return None };
        let (entries, _) = self.entries_of(&Val::new(V::Namespace(id)));
        if !args.kw.is_empty() || entries.iter().any(|(_, val)| matches!(val.v, V::Instance(_))) {
            return Some(Val::unknown("a model that is written out in a way that is not modelled"));
        }
        Some(self.dict(entries))
    }
}

/// The variables that a field is read from, the first that is there wins. `None` when one cannot be told.
fn variables(field: &str, options: Option<&LibObject>, config: &Config) -> Option<Vec<String>> {
    let named = |name: &str| options?.kwargs.iter().find(|(n, _)| &**n == name).map(|(_, val)| val);
    let Some(alias) = named("validation_alias").or_else(|| named("alias")).or_else(|| named("env")) else {
        return Some(vec![format!("{}{field}", config.prefix)]);
    };
    let texts = |vals: &[Val]| vals.iter().map(|val| Some(val.as_str()?.to_string())).collect();
    match &alias.v {
        V::None => Some(vec![format!("{}{field}", config.prefix)]),
        V::Str(name) => Some(vec![name.to_string()]),
        V::Lib(choices) if choices.class == "pydantic-choices" => texts(&choices.args),
        V::Tuple(seq) => texts(&seq.items),
        _ => None,
    }
}

/// The last part of a dotted name, also of one that is subscripted.
fn short_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => Some(&attribute.attr),
        Expr::Subscript(subscript) => short_name(&subscript.value),
        _ => None,
    }
}
