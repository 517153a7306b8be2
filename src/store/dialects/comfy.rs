//! Reads settings from ComfyUI's node graph: from the sampler, along the links, to its inputs.

use serde_json::Value;

use super::Program;
use super::scalar::plain;
use super::written::Written;

/// Links that are followed one after another; honest graphs have a dozen.
const DEEPEST: usize = 64;

/// Whether it is the drawing of a graph, which holds no names for its values.
pub fn is_workflow(value: &Value) -> bool {
    value.get("nodes").is_some_and(Value::is_array) && value.get("links").is_some()
}

/// The settings of the first sampler in a graph.
pub fn read<'a>(value: &'a Value) -> Option<Written> {
    let graph = Graph { nodes: value };
    let nodes = value.as_object()?;
    if !nodes.values().any(|node| node.get("class_type").is_some()) {
        return None;
    }
    // A sampler takes noise from a latent; the first of several makes the picture that others refine.
    let samplers: Vec<&Value> = nodes.values().filter(|node| is_sampler(node)).collect();
    let first = samplers.iter().find(|node| !graph.refines(node)).or(samplers.first()).copied();
    let mut fields = Vec::new();
    let (mut prompt, mut negative) = (String::new(), String::new());
    if let Some(sampler) = first {
        let mut push = |name: &str, value: Option<String>| {
            fields.extend(value.filter(|text| !text.trim().is_empty()).map(|text| (name.to_owned(), text)));
        };
        let scalar = |inputs: &[&str]| inputs.iter().find_map(|input| graph.scalar(sampler, input));
        // `SamplerCustomAdvanced` has each part in a node of its own.
        let (noise, guider) = (graph.linked(sampler, "noise"), graph.linked(sampler, "guider"));
        let (sigmas, kind) = (graph.linked(sampler, "sigmas"), graph.linked(sampler, "sampler"));
        let part = |node: Option<&Value>, input: &str| graph.scalar(node?, input);
        let guided = guider.unwrap_or(sampler);
        push("Steps", scalar(&["steps"]).or_else(|| part(sigmas, "steps")));
        push("Sampler", scalar(&["sampler_name"]).or_else(|| part(kind, "sampler_name")));
        push("Schedule type", scalar(&["scheduler"]).or_else(|| part(sigmas, "scheduler")));
        push("CFG scale", scalar(&["cfg"]).or_else(|| part(guider, "cfg")));
        push("Seed", scalar(&["seed", "noise_seed"]).or_else(|| part(noise, "noise_seed")));
        let positive = ["positive", "conditioning"].iter().find_map(|input| graph.linked(guided, input));
        let texts = |start: Option<&'a Value>| start.and_then(|node| graph.text(node, &mut { DEEPEST }));
        prompt = texts(positive).unwrap_or_default();
        negative = texts(graph.linked(guided, "negative")).unwrap_or_default();
        push("Distilled CFG Scale", positive.and_then(|node| graph.up(node, "conditioning", "guidance")));
        let model = graph.linked(guided, "model").or_else(|| graph.linked(sampler, "model"));
        let name = |input: &str| model.and_then(|node| graph.up(node, "model", input));
        push("Model", name("ckpt_name").or_else(|| name("unet_name")).map(|path| stem(&path)));
        push("LoRA", name("lora_name"));
        let latent = graph.linked(sampler, "latent_image");
        let side = |input: &str| latent.and_then(|node| graph.up(node, "samples", input));
        push("Width", side("width"));
        push("Height", side("height"));
        let denoise = scalar(&["denoise"]).or_else(|| part(sigmas, "denoise"));
        push("Denoising strength", denoise.filter(|text| text.parse::<f64>().is_ok_and(|part| part < 1.0)));
    }
    // Wherever it is in the graph: one text encoder serves both prompts.
    let skip = nodes.values().find_map(|node| graph.scalar(node, "stop_at_clip_layer"));
    fields.extend(skip.map(|text| ("Clip skip".to_owned(), text)));
    if fields.len() > 1 {
        fields.push(("Version".to_owned(), "ComfyUI".to_owned()));
    }
    Some(Written { prompt, negative, fields, program: Program::ComfyUi })
}

fn is_sampler(node: &Value) -> bool {
    let Some(inputs) = node.get("inputs") else { return false };
    let custom = inputs.get("sigmas").is_some() && inputs.get("latent_image").is_some();
    let plain = inputs.get("sampler_name").is_some() && inputs.get("steps").is_some();
    custom || (plain && (inputs.get("seed").is_some() || inputs.get("noise_seed").is_some()))
}

/// A model's name without folder and ending.
fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let endings = [".safetensors", ".ckpt", ".gguf", ".sft"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
}

struct Graph<'a> {
    nodes: &'a Value,
}

impl<'a> Graph<'a> {
    /// The node that an input comes from.
    fn linked(&self, node: &Value, input: &str) -> Option<&'a Value> {
        let link = node.get("inputs")?.get(input)?.as_array()?;
        let id = plain(link.first()?)?;
        self.nodes.get(&id)
    }

    /// An input's own value, or that of the node that only holds it.
    fn scalar(&self, node: &Value, input: &str) -> Option<String> {
        if let Some(text) = node.get("inputs")?.get(input).and_then(plain) {
            return Some(text);
        }
        let mut node = self.linked(node, input)?;
        for _ in 0..DEEPEST {
            let inputs = node.get("inputs")?;
            let holds = ["value", "int", "float", "seed", "text", "string", "number", "Number"];
            if let Some(text) = holds.iter().find_map(|name| inputs.get(name).and_then(plain)) {
                return Some(text);
            }
            node = holds.iter().find_map(|name| self.linked(node, name))?;
        }
        None
    }

    /// The value of `wanted` in `node` or in one above it along `way`.
    fn up(&self, node: &'a Value, way: &str, wanted: &str) -> Option<String> {
        let mut node = node;
        for _ in 0..DEEPEST {
            if let Some(text) = self.scalar(node, wanted) {
                return Some(text);
            }
            node = self.linked(node, way)?;
        }
        None
    }

    /// The text of a node: its own, those that it joins, else those of the conditionings that it is made
    /// of, by lines. `left` counts the nodes that may still be looked at.
    fn text(&self, node: &'a Value, left: &mut usize) -> Option<String> {
        *left = left.checked_sub(1)?;
        let inputs = node.get("inputs")?.as_object()?;
        // An encoder is given one prompt, for each of its parts by a name of its own; others join what they are given.
        let encodes = inputs.contains_key("clip");
        let parts = ["text", "prompt", "text_g", "t5xxl", "clip_l", "text_l"];
        let is_text = |name: &str| {
            parts.contains(&name) || ["string", "text", "prompt"].iter().any(|kind| name.starts_with(kind))
        };
        // A number under such a name is a setting of the node.
        let texts = inputs.iter().filter(|(name, value)| is_text(name) && (value.is_string() || value.is_array()));
        let mut names: Vec<&str> = texts.map(|(name, _)| name.as_str()).collect();
        if encodes {
            names.sort_by_key(|name| parts.iter().position(|part| part == name).unwrap_or(parts.len()));
        }
        let of = |name: &str, left: &mut usize| {
            self.scalar(node, name)
                .or_else(|| self.text(self.linked(node, name)?, left))
                .filter(|text| !text.is_empty())
        };
        let mut found = names.into_iter().filter_map(|name| of(name, left));
        let found: Vec<String> = if encodes { found.next().into_iter().collect() } else { found.collect() };
        if !found.is_empty() {
            let delimiter = inputs.get("delimiter").and_then(Value::as_str).unwrap_or(" ");
            return Some(found.join(delimiter));
        }
        let ways =
            ["conditioning", "positive", "conditioning_1", "conditioning_to", "conditioning_2", "conditioning_from"];
        let found: Vec<String> = ways
            .iter()
            .filter_map(|way| self.text(self.linked(node, way)?, left))
            .filter(|text| !text.trim().is_empty())
            .collect();
        (!found.is_empty()).then(|| found.join("\n"))
    }

    /// Whether a sampler continues from what another one made.
    fn refines(&self, sampler: &Value) -> bool {
        let mut node = self.linked(sampler, "latent_image");
        for _ in 0..DEEPEST {
            let Some(now) = node else { return false };
            if is_sampler(now) {
                return true;
            }
            node =
                ["samples", "latent", "latent_image", "pixels", "image"].iter().find_map(|way| self.linked(now, way));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field<'a>(written: &'a Written, name: &str) -> Option<&'a str> {
        written.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn graph() -> Value {
        json!({
            "3": {"class_type": "KSampler", "inputs": {"seed": 648_312_782_957_426u64, "steps": 20, "cfg": 7.5,
                "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1.0, "model": ["10", 0],
                "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
            "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "SD/dreamshaper_8.safetensors"}},
            "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768, "batch_size": 1}},
            "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["8", 0], "clip": ["9", 0]}},
            "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["9", 0]}},
            "8": {"class_type": "PrimitiveString", "inputs": {"value": "a cat"}},
            "9": {"class_type": "CLIPSetLastLayer", "inputs": {"stop_at_clip_layer": -2, "clip": ["4", 1]}},
            "10": {"class_type": "LoraLoader", "inputs": {"lora_name": "add.safetensors", "model": ["4", 0]}},
            "20": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 5, "cfg": 2, "sampler_name": "euler",
                "scheduler": "normal", "denoise": 0.5, "latent_image": ["21", 0], "model": ["10", 0]}},
            "21": {"class_type": "LatentUpscale", "inputs": {"samples": ["3", 0], "width": 1024, "height": 1536}},
        })
    }

    #[test]
    fn the_first_sampler_is_read_along_its_links() {
        let read = read(&graph()).unwrap();
        assert_eq!((read.prompt.as_str(), read.negative.as_str()), ("a cat", "blurry"));
        for (name, value) in [
            ("Seed", "648312782957426"),
            ("Steps", "20"),
            ("Sampler", "dpmpp_2m"),
            ("Schedule type", "karras"),
            ("CFG scale", "7.5"),
            ("Width", "512"),
            ("Height", "768"),
            ("Model", "dreamshaper_8"),
            ("Clip skip", "-2"),
            ("LoRA", "add.safetensors"),
        ] {
            assert_eq!(field(&read, name), Some(value), "{name}");
        }
        assert_eq!(field(&read, "Denoising strength"), None);
    }

    #[test]
    fn a_sampler_in_parts_is_read() {
        let graph = json!({
            "1": {"class_type": "SamplerCustomAdvanced", "inputs": {"noise": ["2", 0], "guider": ["3", 0],
                "sampler": ["4", 0], "sigmas": ["5", 0], "latent_image": ["6", 0]}},
            "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": 18_446_744_073_709_551_615u64}},
            "3": {"class_type": "BasicGuider", "inputs": {"model": ["7", 0], "conditioning": ["8", 0]}},
            "4": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
            "5": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 20, "denoise": 1.0}},
            "6": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 1024}},
            "7": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.safetensors"}},
            "8": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["9", 0]}},
            "9": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat"}},
        });
        let read = read(&graph).unwrap();
        assert_eq!(read.prompt, "a cat");
        for (name, value) in [
            ("Seed", "18446744073709551615"),
            ("Sampler", "euler"),
            ("Schedule type", "simple"),
            ("Steps", "20"),
            ("Distilled CFG Scale", "3.5"),
            ("Model", "flux1-dev"),
        ] {
            assert_eq!(field(&read, name), Some(value), "{name}");
        }
    }

    #[test]
    fn a_prompt_is_followed_through_encoders_and_what_joins_texts() {
        let graph = |encoder: Value| {
            json!({
                "1": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "sampler_name": "euler",
                    "positive": ["2", 0]}},
                "2": encoder,
                "3": {"class_type": "StringConcatenate", "inputs": {"string_a": "a cat", "string_b": ["4", 0],
                    "delimiter": ", "}},
                "4": {"class_type": "TextJoin", "inputs": {"text1": ["5", 0], "text2": "at night"}},
                "5": {"class_type": "PrimitiveString", "inputs": {"value": "on a box"}},
                "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a dog", "clip": ["9", 0]}},
            })
        };
        for (encoder, prompt) in [
            // Each part of an encoder is given the same prompt: it counts once, by the first that has one.
            (json!({"inputs": {"clip_l": "short", "t5xxl": ["3", 0], "clip": ["9", 0]}}), "a cat, on a box at night"),
            (json!({"inputs": {"text_l": "a cat", "text_g": "a cat", "clip": ["9", 0]}}), "a cat"),
            (json!({"inputs": {"text": "", "text_g": "a cat", "clip": ["9", 0]}}), "a cat"),
            (json!({"inputs": {"text": ["3", 0]}}), "a cat, on a box at night"),
            (json!({"inputs": {"conditioning_1": ["6", 0], "conditioning_2": ["6", 0]}}), "a dog\na dog"),
        ] {
            assert_eq!(read(&graph(encoder.clone())).unwrap().prompt, prompt, "{encoder}");
        }
    }

    #[test]
    fn circles_and_nonsense_end() {
        let circle = json!({
            "1": {"class_type": "KSampler", "inputs": {"seed": ["2", 0], "steps": ["1", 0], "sampler_name": "euler",
                "positive": ["2", 0], "negative": ["1", 0], "latent_image": ["1", 0], "model": ["2", 0]}},
            "2": {"class_type": "X", "inputs": {"conditioning": ["2", 0], "conditioning_1": ["2", 0], "model": ["2", 0],
                "value": ["2", 0]}},
        });
        let start = std::time::Instant::now();
        let read = read(&circle).unwrap();
        assert!(start.elapsed().as_secs() < 2);
        assert_eq!((read.prompt.as_str(), field(&read, "Sampler")), ("", Some("euler")));
        for nonsense in [json!({}), json!([]), json!({"1": 2}), json!({"1": {"inputs": []}}), json!("x")] {
            assert!(super::read(&nonsense).is_none(), "{nonsense}");
        }
        assert!(is_workflow(&json!({"nodes": [], "links": []})));
    }
}
