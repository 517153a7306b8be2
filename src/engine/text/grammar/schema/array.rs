//! Arrays: a fixed begin, then items of one kind, counted.

use serde_json::{Map, Value};

use super::{Converter, NEVER, No, bad, count, never};
use crate::lang::{Both, both};

impl<'s> Converter<'s> {
    pub(super) fn array(&mut self, schema: &'s Map<String, Value>, wanted: &str) -> Result<String, No> {
        let least = count(schema, "minItems")?.unwrap_or(0);
        let mut most = count(schema, "maxItems")?;
        if let Some(most) = most.filter(|most| *most < least) {
            return never(both!("maxItems {most} is below minItems {least}", "maxItems {most} 小于 minItems {least}"));
        }
        let (prefix, items) = match (schema.get("prefixItems"), schema.get("items")) {
            // Before 2020 a list of schemas was called items.
            (None, Some(list @ Value::Array(_))) => (Some(list), None),
            other => other,
        };
        let prefix = match prefix {
            None => &[][..],
            Some(list) => {
                list.as_array().ok_or_else(|| bad(Both::new("prefixItems is not an array", "prefixItems 不是列表")))?
            }
        };
        let prefix = &prefix[..prefix.len().min(most.unwrap_or(usize::MAX))];
        let mut parts = Vec::new();
        for (at, item) in prefix.iter().enumerate() {
            let item = self.visit(item, &format!("{wanted}-{at}"))?;
            if item == NEVER {
                // The array must end before it.
                most = Some(at);
                break;
            }
            parts.push(format!("{item} space"));
        }
        let (asked, fixed) = (least, parts.len());
        let (least, most) = (least.saturating_sub(fixed), most.map(|most| most - fixed));
        let item = match items {
            Some(Value::Bool(false)) => None,
            Some(items) => Some(self.visit(items, &format!("{wanted}-item"))?),
            None if prefix.is_empty() => Some("value".to_owned()),
            None => None,
        };
        let Some(item) = item.filter(|item| most != Some(0) && item != NEVER) else {
            if least > 0 {
                return never(both!(
                    "minItems asks for {asked} items, and there may be {fixed}",
                    "minItems 要求 {asked} 项，而最多只能有 {fixed} 项"
                ));
            }
            return Ok(format!("\"[\" space {} \"]\"", parts.join(" \",\" space ")));
        };
        let most_text = |less: usize| most.map_or(String::new(), |most| most.saturating_sub(less).to_string());
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
