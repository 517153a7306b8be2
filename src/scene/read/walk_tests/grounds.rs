//! Weather, the time of the day, the sea and other places.

use super::super::*;
use super::{are, draws, reported};
use crate::tests::{links, said};
use crate::{Ground, Light};

/// Regression: 下雪天的狗 stood beside a cloud.
#[test]
fn weather_and_the_time_of_the_day_are_grounds_unless_they_are_all() {
    for (prompt, ground, things) in [
        ("a cat in the rain", Ground::Rain, vec!["cat"]),
        ("a cat, raining", Ground::Rain, vec!["cat"]),
        ("a ship in a storm", Ground::Rain, vec!["passenger ship"]),
        ("a cat under an umbrella in the pouring rain", Ground::Rain, vec!["cat", "umbrella with rain drops"]),
        ("in the rain", Ground::Rain, vec![]),
        ("雨中的猫", Ground::Rain, vec!["cat"]),
        ("下雨天，一只猫", Ground::Rain, vec!["cat"]),
        ("a dog, snowing", Ground::Snow, vec!["dog"]),
        ("a cat and snow", Ground::Snow, vec!["cat"]),
        ("下雪了，一只狗", Ground::Snow, vec!["dog"]),
        ("大雪中的房子", Ground::Snow, vec!["house with garden"]),
        ("a foggy forest", Ground::Fog, vec!["evergreen tree"]),
        ("雾中的山", Ground::Fog, vec!["snow-capped mountain"]),
        ("a house, sunset", Ground::Sunset, vec!["house with garden"]),
        ("日落时的房子", Ground::Sunset, vec!["house with garden"]),
        ("夕阳下的情侣", Ground::Sunset, vec!["couple with heart"]),
        ("a rooster in the morning", Ground::Sky, vec!["rooster"]),
        ("深夜的猫", Ground::Night, vec!["cat"]),
    ] {
        assert_eq!((read(prompt).ground, said(prompt)), (Some(ground), are(&things)), "{prompt}");
        assert_eq!(reported(prompt), Vec::<&str>::new(), "{prompt}");
    }
    for (prompt, thing) in [
        ("rain", "cloud with rain"),
        ("下雨", "cloud with rain"),
        ("snowing", "cloud with snow"),
        ("雪花", "snowflake"),
        ("sunset", "sunset"),
        ("日落", "sunset"),
        ("foggy", "foggy"),
        ("a snow leopard", "leopard"),
        ("雪山", "snow-capped mountain"),
    ] {
        assert_eq!((read(prompt).ground, said(prompt)), (None, are(&[thing])), "{prompt}");
    }
    assert_eq!(links("a cat on a sunny day"), [], "the sun is in the sky");
    assert_eq!(reported("a park in the rain"), ["in the rain"], "one ground is drawn");
}

/// Regression: 海底世界 drew the surface of the sea, and "a beach with palm trees" drew an umbrella in place of the beach.
#[test]
fn the_sea_is_a_ground_above_and_below() {
    for (prompt, ground, things) in [
        ("a fish under the sea", Ground::Underwater, "tropical fish"),
        ("海底世界，有章鱼", Ground::Underwater, "octopus"),
        ("a fish in an aquarium", Ground::Underwater, "tropical fish"),
        ("a boat on the ocean", Ground::Sea, "sailboat"),
        ("the sea with a boat", Ground::Sea, "sailboat"),
        ("大海上的船", Ground::Sea, "sailboat"),
        ("a beach with palm trees", Ground::Beach, "3 palm tree"),
        ("有椰子树的海滩", Ground::Beach, "palm tree"),
    ] {
        assert_eq!((read(prompt).ground, said(prompt)), (Some(ground), are(&[things])), "{prompt}");
    }
    draws(&[
        ("a sea lion", &["seal"], &[]),
        ("a sea turtle", &["turtle"], &[]),
        ("a beach ball", &["volleyball"], &[]),
    ]);
}

/// Regression: "a fox in the snow at night" left out the night.
#[test]
fn a_place_outdoors_has_the_light_of_the_hour() {
    for (prompt, ground, light, left) in [
        ("a fox in the snow at night", Ground::Snow, Light::Night, &[][..]),
        ("at night, a fox in the snow", Ground::Snow, Light::Night, &[]),
        ("a palm tree on the beach at sunset", Ground::Beach, Light::Sunset, &[]),
        ("a boat on the ocean at sunset", Ground::Sea, Light::Sunset, &[]),
        ("夜晚的草地上有一只猫", Ground::Grass, Light::Night, &[]),
        ("夕阳下的沙漠里有一只骆驼", Ground::Desert, Light::Sunset, &[]),
        ("雪夜的小屋", Ground::Snow, Light::Night, &[]),
        ("a house on a snowy night", Ground::Snow, Light::Night, &[]),
        ("雨夜的猫", Ground::Rain, Light::Night, &[]),
        ("a bird in the sky at night", Ground::Night, Light::Day, &[]),
        ("a cat in the room at night", Ground::Room, Light::Day, &["at night"]),
        ("a cat in the snow in the desert at night", Ground::Snow, Light::Night, &["in the desert"]),
        ("a cat in the snow at night at sunset", Ground::Snow, Light::Night, &["at sunset"]),
    ] {
        let r = read(prompt);
        assert_eq!((r.ground, r.light, reported(prompt)), (Some(ground), light, left.to_vec()), "{prompt}");
    }
}
