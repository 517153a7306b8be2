//! Arrays: a fixed begin, then items of one kind, counted.

use serde_json::{Map, Value};

use super::{Converter, bad, count};
use crate::engine::text::grammar::Bad;

impl<'s> Converter<'s> {
    pub(super) fn array(&mut self, schema: &'s Map<String, Value>, wanted: &str) -> Result<String, Bad> {
        let least = count(schema, "minItems")?.unwrap_or(0);
        let most = count(schema, "maxItems")?;
        let (prefix, items) = match (schema.get("prefixItems"), schema.get("items")) {
            // Before 2020 a list of schemas was called items.
            (None, Some(list @ Value::Array(_))) => (Some(list), None),
            other => other,
        };
        let prefix = match prefix {
            None => &[][..],
            Some(list) => list.as_array().ok_or_else(|| bad("prefixItems is no list"))?,
        };
        let prefix = &prefix[..prefix.len().min(most.unwrap_or(usize::MAX))];
        let mut parts = Vec::new();
        for (at, item) in prefix.iter().enumerate() {
            parts.push(format!("{} space", self.visit(item, &format!("{wanted}-{at}"))?));
        }
        let (least, most) = (least.saturating_sub(prefix.len()), most.map(|most| most - prefix.len()));
        let item = match items {
            Some(Value::Bool(false)) => None,
            Some(items) => Some(self.visit(items, &format!("{wanted}-item"))?),
            None if prefix.is_empty() => Some("value".to_owned()),
            None => None,
        };
        let Some(item) = item.filter(|_| most != Some(0)) else {
            if least > 0 {
                return Err(bad("minItems asks for more items than there may be"));
            }
            return Ok(format!("\"[\" space {} \"]\"", parts.join(" \",\" space ")));
        };
        let most_text = |less: usize| most.map_or(String::new(), |most| most.saturating_sub(less).to_string());
        if most.is_some_and(|most| most < least) {
            return Err(bad("maxItems is below minItems"));
        }
        let next = format!("\",\" space {item} space");
        if !parts.is_empty() {
            let parts = parts.join(" \",\" space ");
            return Ok(format!("\"[\" space {parts} ({next}){{{least},{}}} \"]\"", most_text(0)));
        }
        let all = format!("{item} space ({next}){{{},{}}}", least.saturating_sub(1), most_text(1));
        let mark = if least == 0 { "?" } else { "" };
        Ok(format!("\"[\" space ({all}){mark} \"]\""))
    }
}
