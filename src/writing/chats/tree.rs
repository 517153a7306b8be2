//! Trees of messages that name their parents or their children.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::message::{self, Said};
use super::{Reader, Talk, content};
use crate::error::Result;

/// A message and the one that it follows.
struct Node<'a> {
    id: &'a str,
    parent: Option<&'a str>,
    children: Vec<&'a str>,
    message: &'a Value,
}

const IDS: [&str; 4] = ["id", "uuid", "messageId", "message_id"];
const PARENTS: [&str; 5] = ["parent", "parentId", "parentMessageId", "parent_message_uuid", "parent_id"];

fn string<'a>(map: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| map.get(*key)).and_then(Value::as_str)
}

fn node<'a>(value: &'a Value, id: Option<&'a str>) -> Option<Node<'a>> {
    let map = value.as_object()?;
    let above = map.get("ancestors").and_then(Value::as_array).and_then(|all| all.last()).and_then(Value::as_str);
    let below = ["children", "childrenIds"].iter().find_map(|key| map.get(*key)).and_then(Value::as_array);
    Some(Node {
        id: id.or_else(|| string(map, &IDS))?,
        parent: string(map, &PARENTS).or(above),
        children: below.into_iter().flatten().filter_map(Value::as_str).collect(),
        message: value,
    })
}

/// Whether messages in a list are a tree: then each has a name, and some name their parents.
pub(super) fn is_tree(items: &[Value]) -> bool {
    items.iter().all(|item| node(item, None).is_some())
        && items
            .iter()
            .filter_map(|item| node(item, None))
            .any(|node| node.parent.is_some() || !node.children.is_empty())
}

/// Messages in a list. Where nothing says which one is shown, it is the last of them.
pub(super) fn list(items: &[Value], leaf: Option<&str>, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
    let nodes: Vec<Node<'_>> = items.iter().filter_map(|item| node(item, None)).collect();
    let leaf = leaf.or(nodes.last().map(|node| node.id));
    grow(&nodes, leaf, talk, reader, message::read)
}

/// Messages by their names (Open WebUI).
pub(super) fn map(nodes: &Map<String, Value>, leaf: Option<&str>, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
    let nodes: Vec<Node<'_>> = nodes.iter().filter_map(|(id, value)| node(value, Some(id))).collect();
    grow(&nodes, leaf, talk, reader, message::read)
}

/// ChatGPT's `mapping`: nodes that hold a message each, or none.
pub(super) fn mapping(
    nodes: &Map<String, Value>,
    leaf: Option<&str>,
    talk: &mut Talk,
    reader: &mut Reader,
) -> Result<()> {
    let nodes: Vec<Node<'_>> = nodes.iter().filter_map(|(id, value)| node(value, Some(id))).collect();
    grow(&nodes, leaf, talk, reader, |node, reader| {
        let Some(Value::Object(message)) = node.get("message") else { return Ok(Said::default()) };
        let at = |keys: [&str; 2]| message.get(keys[0]).and_then(|inner| inner.get(keys[1]));
        let kind = at(["content", "content_type"]).and_then(Value::as_str).unwrap_or_default();
        let hidden = at(["metadata", "is_visually_hidden_from_conversation"]).and_then(Value::as_bool) == Some(true);
        if hidden || kind.ends_with("_editable_context") {
            let empty = content::text(message, &mut Reader::default())?.is_empty();
            reader.hidden += usize::from(!empty);
            return Ok(Said::default());
        }
        let to = message.get("recipient").and_then(Value::as_str).unwrap_or("all");
        if to != "all" {
            reader.tools += 1;
            return Ok(Said::default());
        }
        let mut said =
            node.get("message").map_or_else(|| Ok(Said::default()), |message| message::read(message, reader))?;
        // A model's own name says nothing of the conversation.
        said.name.clear();
        Ok(said)
    })
}

/// Walks the tree so that parents come first, and versions in their order; the way to `leaf` is what is shown.
fn grow(
    nodes: &[Node<'_>],
    leaf: Option<&str>,
    talk: &mut Talk,
    reader: &mut Reader,
    read: impl Fn(&Value, &mut Reader) -> Result<Said>,
) -> Result<()> {
    let places: HashMap<&str, usize> = nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let mut parents: Vec<Option<usize>> = vec![None; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        for child in node.children.iter().filter_map(|id| places.get(id)) {
            parents[*child] = Some(at);
        }
    }
    for (at, node) in nodes.iter().enumerate() {
        if let Some(parent) = node.parent.and_then(|id| places.get(id)) {
            parents[at] = Some(*parent);
        }
    }
    // As the parents order them, then as they come in the file.
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut placed = vec![false; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        for child in node.children.iter().filter_map(|id| places.get(id)) {
            if parents[*child] == Some(at) && !std::mem::replace(&mut placed[*child], true) {
                children[at].push(*child);
            }
        }
    }
    for at in 0..nodes.len() {
        if let Some(parent) = parents[at].filter(|_| !placed[at]) {
            children[parent].push(at);
        }
    }
    let mut seen = vec![false; nodes.len()];
    let begun = |at: &usize| parents[*at].is_none();
    let roots: Vec<usize> = (0..nodes.len()).filter(begun).collect();
    // Circles have no root: they are walked from wherever they are met, before the rest.
    let circles = (0..nodes.len()).filter(|at| !begun(at));
    let mut stack: Vec<(usize, Option<usize>)> = Vec::new();
    let mut reached = vec![false; nodes.len()];
    let mut from: Vec<usize> = roots.clone();
    while let Some(at) = from.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            from.extend(&children[at]);
        }
    }
    stack.extend(roots.iter().rev().map(|at| (*at, None)));
    stack.extend(circles.filter(|at| !reached[*at]).map(|at| (at, None)));
    let leaf = leaf.and_then(|id| places.get(id)).copied();
    let mut end = None;
    while let Some((at, after)) = stack.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        talk.last = after;
        read(nodes[at].message, reader)?.to(talk, reader)?;
        if leaf == Some(at) {
            end = talk.last;
        }
        let next = std::mem::take(&mut children[at]);
        stack.extend(next.into_iter().rev().map(|child| (child, talk.last)));
    }
    talk.last = end.or(talk.last);
    Ok(())
}
