//! Files of newer versions, and files that a person edited: what cannot be understood costs only itself when they are
//! read, and what is unknown stays when they are written.

/// A value of TOML or JSON.
pub trait Tree: Clone + PartialEq {
    /// The names of a table's members; none of anything else.
    fn names(&self) -> Vec<String>;
    fn member(&self, name: &str) -> Option<&Self>;
    fn member_mut(&mut self, name: &str) -> Option<&mut Self>;
    fn put(&mut self, name: &str, value: Self);
    fn remove(&mut self, name: &str);
    fn items(&self) -> Option<&Vec<Self>>;
    fn items_mut(&mut self) -> Option<&mut Vec<Self>>;
    /// A table with this member alone.
    fn table(name: &str, value: Self) -> Self;
    fn list(items: Vec<Self>) -> Self;
}

macro_rules! tree {
    ($value:ty, $table:path, $list:path, $new:expr) => {
        impl Tree for $value {
            fn names(&self) -> Vec<String> {
                if let $table(members) = self { members.keys().cloned().collect() } else { Vec::new() }
            }

            fn member(&self, name: &str) -> Option<&Self> {
                if let $table(members) = self { members.get(name) } else { None }
            }

            fn member_mut(&mut self, name: &str) -> Option<&mut Self> {
                if let $table(members) = self { members.get_mut(name) } else { None }
            }

            fn put(&mut self, name: &str, value: Self) {
                if let $table(members) = self {
                    members.insert(name.to_owned(), value);
                }
            }

            fn remove(&mut self, name: &str) {
                if let $table(members) = self {
                    members.remove(name);
                }
            }

            fn items(&self) -> Option<&Vec<Self>> {
                if let $list(items) = self { Some(items) } else { None }
            }

            fn items_mut(&mut self) -> Option<&mut Vec<Self>> {
                if let $list(items) = self { Some(items) } else { None }
            }

            fn table(name: &str, value: Self) -> Self {
                let mut members = $new;
                members.insert(name.to_owned(), value);
                $table(members)
            }

            fn list(items: Vec<Self>) -> Self {
                $list(items)
            }
        }
    };
}

tree!(toml::Value, toml::Value::Table, toml::Value::Array, toml::Table::new());
tree!(serde_json::Value, serde_json::Value::Object, serde_json::Value::Array, serde_json::Map::new());

/// Takes out of a table what `fits` refuses, as little as possible, and returns where that was, as `image.sampler`.
/// `fits` is asked about tables with one part of this one: all members of its type have defaults.
pub fn prune<T: Tree>(table: &mut T, fits: &dyn Fn(&T) -> bool) -> Vec<String> {
    let mut refused = Vec::new();
    for name in table.names() {
        let Some(mut part) = table.member(&name).cloned() else { continue };
        let alone = |part: &T| fits(&T::table(&name, part.clone()));
        if alone(&part) {
            continue;
        }
        let inside = if part.items().is_some() { prune_list(&mut part, &alone) } else { prune(&mut part, &alone) };
        if !inside.is_empty() && alone(&part) {
            table.put(&name, part);
            refused.extend(inside.into_iter().map(|at| format!("{name}.{at}")));
        } else {
            table.remove(&name);
            refused.push(name);
        }
    }
    refused
}

fn prune_list<T: Tree>(list: &mut T, fits: &dyn Fn(&T) -> bool) -> Vec<String> {
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    let alone = |item: &T| fits(&T::list(vec![item.clone()]));
    for (number, item) in (1..).zip(list.items().into_iter().flatten()) {
        let mut item = item.clone();
        if !alone(&item) {
            let inside = prune(&mut item, &alone);
            if inside.is_empty() || !alone(&item) {
                refused.push(number.to_string());
                continue;
            }
            refused.extend(inside.into_iter().map(|at| format!("{number}.{at}")));
        }
        kept.push(item);
    }
    *list = T::list(kept);
    refused
}

/// Puts into `new` what a file holds that this version does not know. `old` is the file, and `known` is what was
/// understood of it, as this version writes it. Lists are compared item by item while they are as they were.
pub fn carry<T: Tree>(old: &T, known: &T, new: &mut T) {
    if let (Some(old), Some(known)) = (old.items(), known.items()) {
        let same = new.items().is_some_and(|new| new == known) && old.len() == known.len();
        for ((old, known), new) in old.iter().zip(known).zip(new.items_mut().into_iter().flatten()).filter(|_| same) {
            carry(old, known, new);
        }
        return;
    }
    for name in old.names() {
        let Some(was) = old.member(&name) else { continue };
        match (known.member(&name), new.member_mut(&name)) {
            (None, None) => new.put(&name, was.clone()),
            (Some(known), Some(new)) => carry(was, known, new),
            _ => {}
        }
    }
}

/// Whether `again`, which is what was understood of `old`, has all members of `old` that hold something.
pub fn covers(again: &serde_json::Value, old: &serde_json::Value) -> bool {
    use serde_json::Value;
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    match (old, again) {
        (Value::Object(old), Value::Object(again)) => {
            old.iter().all(|(name, old)| again.get(name).map_or(is_empty(old), |again| covers(again, old)))
        }
        (Value::Array(old), Value::Array(again)) => {
            old.len() == again.len() && old.iter().zip(again).all(|(old, again)| covers(again, old))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[derive(Default, serde::Serialize, serde::Deserialize)]
    #[serde(default)]
    struct File {
        count: u32,
        inner: Inner,
        list: Vec<Inner>,
    }

    #[derive(Default, serde::Serialize, serde::Deserialize)]
    #[serde(default)]
    struct Inner {
        name: String,
        on: bool,
    }

    fn fits(value: &Value) -> bool {
        serde_json::from_value::<File>(value.clone()).is_ok()
    }

    #[test]
    fn what_does_not_fit_is_taken_out_where_it_is() {
        let mut file = json!({
            "count": -1, "new": {"a": 1}, "inner": {"name": "x", "on": "perhaps"},
            "list": [{"name": "a"}, {"name": "b", "on": 7}, "c"],
        });
        assert_eq!(prune(&mut file, &fits), ["count", "inner.on", "list.2.on", "list.3"]);
        assert_eq!(file, json!({"new": {"a": 1}, "inner": {"name": "x"}, "list": [{"name": "a"}, {"name": "b"}]}));
        assert!(fits(&file) && prune(&mut file, &fits).is_empty());
        let mut file = toml::Value::Table("count = 1\ninner = 3\n".parse().unwrap());
        let fits = |value: &toml::Value| value.clone().try_into::<File>().is_ok();
        assert_eq!(prune(&mut file, &fits), ["inner"]);
    }

    #[test]
    fn unknown_members_stay_and_what_was_taken_away_does_not_come_back() {
        let old = json!({
            "count": 1, "new": 1, "inner": {"name": "x", "new": 2}, "list": [{"name": "a", "new": 3}], "map": {"k": 1},
        });
        let known = json!({"count": 1, "inner": {"name": "x"}, "list": [{"name": "a"}], "map": {"k": 1}});
        let mut new = json!({"count": 2, "inner": {"name": "y"}, "list": [{"name": "a"}], "map": {}});
        carry(&old, &known, &mut new);
        let expected = json!({
            "count": 2, "inner": {"name": "y", "new": 2}, "list": [{"name": "a", "new": 3}], "map": {}, "new": 1,
        });
        assert_eq!(new, expected);
        // Items that changed are not the ones that the unknown members belonged to.
        let mut new = json!({"list": [{"name": "b"}]});
        carry(&old, &known, &mut new);
        assert_eq!(new["list"], json!([{"name": "b"}]));
    }

    #[test]
    fn a_member_that_is_gone_is_noticed_at_any_depth() {
        let old = json!({"a": [{"b": 1, "c": 2}], "d": null, "e": ""});
        assert!(covers(&json!({"a": [{"b": 0, "c": 0}]}), &old));
        assert!(!covers(&json!({"a": [{"b": 1}]}), &old));
        assert!(!covers(&json!({"a": []}), &old));
    }
}
