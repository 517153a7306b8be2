use super::*;
use crate::domain::round_f32;

#[test]
fn the_defaults_pass_their_own_check() {
    TextParams::default().check().unwrap();
}

#[test]
fn every_field_is_checked() {
    let change: [fn(&mut TextParams); 24] = [
        |p| p.temperature = f32::NAN,
        |p| p.dynatemp_range = -0.1,
        |p| p.dynatemp_exponent = f32::INFINITY,
        |p| p.top_k = 5000,
        |p| p.top_p = 1.01,
        |p| p.min_p = -0.01,
        |p| p.top_n_sigma = -2.0,
        |p| p.typical_p = 2.0,
        |p| p.xtc_probability = f32::NAN,
        |p| p.xtc_threshold = 1.5,
        |p| p.repeat_penalty = 0.5,
        |p| p.repeat_last_n = 5000,
        |p| p.presence_penalty = 2.5,
        |p| p.frequency_penalty = -2.5,
        |p| p.dry_multiplier = -1.0,
        |p| p.dry_base = 0.5,
        |p| p.dry_allowed_length = 1000,
        |p| p.dry_penalty_last_n = u32::MAX,
        |p| p.mirostat = 3,
        |p| p.mirostat_tau = 11.0,
        |p| p.mirostat_eta = f32::NAN,
        |p| p.logit_bias = vec![LogitBias { token: BiasToken::Id(1), bias: f32::INFINITY }],
        |p| p.order = Vec::new(),
        |p| p.order.push(SamplerLink::Dry),
    ];
    for (at, change) in change.into_iter().enumerate() {
        let mut params = TextParams::default();
        change(&mut params);
        assert!(params.check().is_err(), "{at}");
    }
}

#[test]
fn ranges_end_where_they_say() {
    for (limit, value) in [(TOP_P, 0.95_f32), (XTC_THRESHOLD, 0.1), (FREQUENCY_PENALTY, -2.0), (MIROSTAT_ETA, 1.0)] {
        limit.check(round_f32(value)).unwrap();
    }
    assert_eq!(TEMPERATURE.clamp(f64::NAN), 0.8);
}

#[test]
fn links_are_read_in_every_spelling() {
    for link in SamplerLink::DEFAULT {
        let name = link.name();
        for spelling in [name.to_owned(), name.replace('_', "-"), name.replace('_', ""), name.to_uppercase()] {
            assert_eq!(SamplerLink::parse(&spelling), Some(link), "{spelling}");
        }
        assert_eq!(serde_json::to_string(&link).unwrap(), format!("\"{name}\""));
    }
    for (name, link) in [("nucleus", SamplerLink::TopP), ("temp", SamplerLink::Temperature), ("typ", SamplerLink::TypP)]
    {
        assert_eq!(SamplerLink::parse(name), Some(link));
    }
    assert_eq!(SamplerLink::parse("infill"), None);
    assert_eq!(SamplerLink::parse_order("top_k; temp").unwrap(), [SamplerLink::TopK, SamplerLink::Temperature]);
    for wrong in ["", ";", "top_k;topk", "top_k;mirostat"] {
        assert!(SamplerLink::parse_order(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn biases_are_read_as_llama_cpp_writes_them() {
    let id = |token, bias| LogitBias { token: BiasToken::Id(token), bias };
    let text = |token: &str, bias| LogitBias { token: BiasToken::Text(token.to_owned()), bias };
    for (given, read) in [
        ("15043+1", id(15043, 1.0)),
        ("15043-1.5", id(15043, -1.5)),
        ("7-inf", id(7, -1e9)),
        (" Hello+2", text(" Hello", 2.0)),
        ("a-b-3", text("a-b", -3.0)),
        ("-+1", text("-", 1.0)),
    ] {
        assert_eq!(LogitBias::parse(given).unwrap(), read, "{given}");
    }
    for wrong in ["", "15043", "+1", "a+", "a+b", "a-nan", "a+1e99"] {
        assert!(LogitBias::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn settings_of_before_still_load_and_new_ones_come_back() {
    let old = "model = \"m\"\ntemperature = 0.5\ntop_k = 7\nstop = [\"x\"]\nseed = \"random\"\n";
    let old: TextParams = toml::from_str(old).unwrap();
    assert_eq!(
        old,
        TextParams { model: "m".into(), temperature: 0.5, top_k: 7, stop: vec!["x".into()], ..Default::default() }
    );
    let new = TextParams {
        logit_bias: vec![LogitBias::parse("5+1").unwrap(), LogitBias::parse("hi-inf").unwrap()],
        order: vec![SamplerLink::Temperature, SamplerLink::TopK],
        grammar: Some(Grammar::Gbnf("root ::= \"a\"\n".into())),
        seed: Seed::Fixed(3),
        ..Default::default()
    };
    let through_toml: TextParams = toml::from_str(&toml::to_string(&new).unwrap()).unwrap();
    assert_eq!(through_toml, new);
    let through_json: TextParams = serde_json::from_str(&serde_json::to_string(&new).unwrap()).unwrap();
    assert_eq!(through_json, new);
}

/// Goes through the fields by their names in a file, so that a slider that is added later is not forgotten.
#[test]
fn every_number_is_clamped_and_checked() {
    let fields = serde_json::to_value(TextParams::default()).unwrap();
    let mut numbers = 0;
    for (name, value) in fields.as_object().unwrap() {
        if !value.is_number() {
            continue;
        }
        numbers += 1;
        for wild in [serde_json::json!(4_000_000_000u32), serde_json::json!(-1e30)] {
            let mut file = fields.clone();
            file[name] = wild;
            // A negative whole number is no value of its type at all.
            let Ok(mut params) = serde_json::from_value::<TextParams>(file) else { continue };
            assert!(params.check().is_err(), "{name} is not checked");
            params.clamp();
            params.check().unwrap_or_else(|e| panic!("{name} is not clamped: {e}"));
        }
    }
    assert_eq!(numbers, 25);
}

#[test]
fn biases_and_chains_of_a_file_are_brought_into_range() {
    let bias = LogitBias { token: BiasToken::Id(1), bias: f32::INFINITY };
    let twice = vec![SamplerLink::TopK, SamplerLink::TopK];
    let mut params = TextParams { logit_bias: vec![bias], order: twice, ..TextParams::default() };
    params.clamp();
    params.check().unwrap();
    assert_eq!((params.logit_bias[0].bias, &params.order[..]), (1e9, &SamplerLink::DEFAULT[..]));
    let mut kept = TextParams { top_p: 0.93, order: vec![SamplerLink::MinP], ..TextParams::default() };
    let before = kept.clone();
    kept.clamp();
    assert_eq!(kept, before, "what is in range stays to the bit");
}

/// Files of before have the old default, which nobody chose.
#[test]
fn what_is_left_out_is_read_from_older_files() {
    let read = |text: &str| serde_json::from_str::<Overflow>(text).unwrap();
    assert_eq!(read("\"stop\""), Overflow::Roll);
    for overflow in Overflow::ALL {
        assert_eq!(read(&serde_json::to_string(&overflow).unwrap()), overflow);
    }
}

#[test]
fn each_number_sets_what_it_gets_and_stays_in_range() {
    for number in TextParam::ALL {
        let mut p = TextParams::default();
        assert!(!number.is_set(&p), "{number:?} is as usual at first");
        let limit = number.limit();
        number.set(&mut p, limit.max);
        assert_eq!(number.get(&p), limit.max, "{number:?}");
        number.set(&mut p, 1e9);
        assert_eq!(number.get(&p), limit.max, "{number:?}");
        assert!(number.is_set(&p) || limit.default == limit.max);
        p.check().unwrap();
        number.set(&mut p, f64::NAN);
        assert_eq!(number.get(&p), limit.default, "{number:?}");
        let mut others = TextParam::ALL.iter().filter(|other| *other != number);
        assert!(others.all(|other| !other.is_set(&p)));
    }
}
