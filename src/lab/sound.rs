//! Makes [`Notes`] heard: a small synthesiser, a WAV file and a Standard MIDI File, as bytes.

use std::f64::consts::{PI, TAU};

use super::Notes;

/// Samples of a second that [`synthesise`] is meant for. Others work too.
pub const RATE: u32 = 22_050;

/// Seconds of a note's rise and of its fall. The fall comes after the note's end.
const RISE: f64 = 0.006;
const FALL: f64 = 0.06;
/// Most partials of a string.
const PARTIALS: u32 = 16;
/// Where the string is plucked, as a part of its length.
const PLUCKED: f64 = 0.18;
/// The loudest sample of a piece is at most this.
const LOUDEST: f32 = 0.9;

/// Tempo in beats a minute, within what a MIDI file can say.
fn tempo(notes: &Notes) -> f64 {
    if notes.tempo.is_finite() { f64::from(notes.tempo).clamp(4.0, 1000.0) } else { 120.0 }
}

/// The piece as samples from -1 to 1, `rate` of them a second, one channel. As long as the piece, or its last note, and the
/// last note's fall.
///
/// Each note is an ideal plucked string: partial h has the amplitude `sin(h pi p) / h^2`, p being the place where it is
/// plucked, and higher partials die away sooner. Rise and fall are half cosines from and to zero, so that no note clicks.
pub fn synthesise(notes: &Notes, rate: u32) -> Vec<f32> {
    let (rate, beat) = (f64::from(rate.max(1)), 60.0 / tempo(notes));
    let end = notes.notes.iter().map(|note| note.start + note.length).fold(notes.beats, f32::max);
    let mut samples = vec![0.0_f32; ((f64::from(end.max(0.0)) * beat + FALL) * rate).ceil() as usize];
    for note in &notes.notes {
        let from = (f64::from(note.start.max(0.0)) * beat * rate).round() as usize;
        let Some(room) = samples.get_mut(from..) else { continue };
        pluck(room, note.pitch, f64::from(note.length.max(0.0)) * beat, rate);
    }
    let loudest = samples.iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
    // Two notes are as loud in one piece as in another, unless they would overflow.
    let gain = if loudest * 0.35 > LOUDEST { LOUDEST / loudest } else { 0.35 };
    samples.iter_mut().for_each(|sample| *sample *= gain);
    samples
}

/// Adds a string of a MIDI pitch that sounds for some seconds.
fn pluck(room: &mut [f32], pitch: u8, seconds: f64, rate: f64) {
    let hertz = 440.0 * ((f64::from(pitch) - 69.0) / 12.0).exp2();
    let len = (((seconds + FALL) * rate) as usize).min(room.len());
    for partial in (1..=PARTIALS).map(f64::from).take_while(|h| h * hertz < 0.45 * rate) {
        let loud = (partial * PI * PLUCKED).sin() / (partial * partial);
        // Amplitude is down to 1/e after 1.6 s for the first partial of A4, sooner for higher ones and higher pitches.
        let fade = (-(0.4 + 0.0005 * hertz * partial) / rate).exp();
        let (sin, cos) = (TAU * partial * hertz / rate).sin_cos();
        // A phasor that turns and shrinks: its imaginary part is the sound.
        let (mut re, mut im) = (loud, 0.0);
        for (i, sample) in room[..len].iter_mut().enumerate() {
            *sample += (im * swell(i as f64 / rate, seconds)) as f32;
            (re, im) = (fade * (re * cos - im * sin), fade * (re * sin + im * cos));
        }
    }
}

/// How open a note is at a time, from 0 to 1: up within [`RISE`], down within [`FALL`] after its end.
fn swell(at: f64, seconds: f64) -> f64 {
    let curve = |part: f64| 0.5 - 0.5 * (PI * part.clamp(0.0, 1.0)).cos();
    if at < RISE {
        curve(at / RISE)
    } else if at > seconds {
        curve(1.0 - (at - seconds) / FALL)
    } else {
        1.0
    }
}

/// A WAV file: one channel, 16-bit PCM, `rate` samples a second. Samples beyond -1 to 1 are cut, and NaN becomes 0.
pub fn wav(samples: &[f32], rate: u32) -> Vec<u8> {
    let size = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX - 36);
    let mut bytes = Vec::with_capacity(44 + samples.len() * 2);
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    // PCM, one channel
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    // Two bytes a sample, of 16 bits
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| ((sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16).to_le_bytes()));
    bytes
}

/// Ticks of a beat in a MIDI file.
const TICKS: f32 = 480.0;
/// How hard a note is struck, of 127.
const VELOCITY: u8 = 80;
/// The General MIDI sound "string ensemble", counted from 0.
const STRINGS: u8 = 48;

/// A Standard MIDI File of format 1 (MIDI 1.0): a track with the tempo and one for each voice, 480 ticks a beat.
pub fn midi(notes: &Notes) -> Vec<u8> {
    let tracks = 1 + notes.voices.len() as u16;
    let mut bytes = b"MThd\0\0\0\x06\0\x01".to_vec();
    bytes.extend(tracks.to_be_bytes());
    bytes.extend((TICKS as u16).to_be_bytes());
    let beat = ((60e6 / tempo(notes)) as u32).to_be_bytes();
    track(&mut bytes, &[(0, vec![0xff, 0x51, 3, beat[1], beat[2], beat[3]])]);
    for (voice, name) in notes.voices.iter().enumerate() {
        // Channel 9 is for drums.
        let channel = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15][voice % 15];
        let mut events = Vec::new();
        for note in notes.notes.iter().filter(|note| note.voice == voice) {
            let tick = |beats: f32| (beats.max(0.0) * TICKS).round() as u32;
            let pitch = note.pitch.min(127);
            let (on, off) = (tick(note.start), tick(note.start + note.length));
            events.push((on, vec![0x90 | channel, pitch, VELOCITY]));
            events.push((off.max(on + 1), vec![0x80 | channel, pitch, 0]));
        }
        // At the same tick, a note ends before the next one begins.
        events.sort_by_key(|(tick, event)| (*tick, event[0]));
        let name = &name.0.as_bytes()[..name.0.len().min(127)];
        let titled = [&[0xff, 0x03, name.len() as u8], name].concat();
        events.splice(0..0, [(0, titled), (0, vec![0xc0 | channel, STRINGS])]);
        track(&mut bytes, &events);
    }
    bytes
}

/// Appends a track of events, each with the tick it comes at, in order.
fn track(bytes: &mut Vec<u8>, events: &[(u32, Vec<u8>)]) {
    let mut body = Vec::new();
    let mut now = 0;
    for (tick, event) in events {
        variable(&mut body, tick - now);
        body.extend(event);
        now = *tick;
    }
    // End of track
    body.extend([0, 0xff, 0x2f, 0]);
    bytes.extend(b"MTrk");
    bytes.extend((body.len() as u32).to_be_bytes());
    bytes.extend(body);
}

/// A number in groups of seven bits, the highest first; all but the last have the top bit set.
fn variable(bytes: &mut Vec<u8>, number: u32) {
    for shift in [28, 21, 14, 7] {
        if number >> shift > 0 {
            bytes.push(0x80 | (number >> shift & 0x7f) as u8);
        }
    }
    bytes.push((number & 0x7f) as u8);
}

#[cfg(test)]
mod tests {
    use super::super::{Note, Words};
    use super::*;

    const NAMES: [Words; 3] = [("cello", "大提琴"), ("viola", "中提琴"), ("violin", "小提琴")];

    fn notes(tempo: f32, of: &[(usize, f32, f32, u8)]) -> Notes {
        let note = |&(voice, start, length, pitch)| Note { voice, start, length, pitch };
        let notes = of.iter().map(note).collect();
        Notes { voices: NAMES.to_vec(), bar: 4.0, beats: 16.0, tempo, notes }
    }

    fn some() -> Notes {
        let note = |n: usize| (n % 3, (n / 3) as f32 * 0.75, 0.25 + (n % 4) as f32 * 0.5, 36 + (n * 7 % 60) as u8);
        notes(132.0, &(0..60).map(note).collect::<Vec<_>>())
    }

    /// (track, from, to, pitch), in ticks.
    type Sounded = (usize, u32, u32, u8);

    /// What a Standard MIDI File says: ticks of a beat, microseconds of a beat, and the notes.
    fn parse(bytes: &[u8]) -> (u32, u32, Vec<Sounded>) {
        let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        assert_eq!((&bytes[..4], number(&bytes[4..8]), number(&bytes[8..10])), (&b"MThd"[..], 6, 1));
        let (mut at, mut beat, mut found) = (14, 0, Vec::new());
        for track in 0..number(&bytes[10..12]) as usize {
            assert_eq!(&bytes[at..at + 4], b"MTrk");
            let end = at + 8 + number(&bytes[at + 4..at + 8]) as usize;
            at += 8;
            let (mut now, mut sounding) = (0, Vec::<(u32, u8)>::new());
            while at < end {
                let mut wait = 0;
                while bytes[at] & 0x80 > 0 {
                    wait = wait << 7 | u32::from(bytes[at] & 0x7f);
                    at += 1;
                }
                now += wait << 7 | u32::from(bytes[at]);
                at += 1;
                match bytes[at] >> 4 {
                    9 => {
                        // A note that comes again has ended before.
                        assert!(sounding.iter().all(|(_, pitch)| *pitch != bytes[at + 1]));
                        sounding.push((now, bytes[at + 1]));
                    }
                    8 => {
                        let begun = sounding.iter().position(|(_, pitch)| *pitch == bytes[at + 1]).unwrap();
                        let (from, pitch) = sounding.remove(begun);
                        found.push((track, from, now, pitch));
                    }
                    15 if bytes[at + 1] == 0x51 => beat = number(&bytes[at + 3..at + 6]),
                    _ => {}
                }
                at += match bytes[at] >> 4 {
                    15 => 3 + bytes[at + 2] as usize,
                    12 => 2,
                    _ => 3,
                };
            }
            assert!(at == end && bytes[end - 3..end] == [0xff, 0x2f, 0] && sounding.is_empty(), "track {track}");
        }
        assert_eq!(at, bytes.len());
        (number(&bytes[12..14]), beat, found)
    }

    #[test]
    fn a_midi_file_reads_back_as_the_same_notes() {
        let piece = some();
        let (ticks, beat, mut found) = parse(&midi(&piece));
        assert_eq!((ticks, beat), (480, 454_545));
        let tick = |beats: f32| (beats * 480.0) as u32;
        let of = |note: &Note| (note.voice + 1, tick(note.start), tick(note.start + note.length), note.pitch);
        let mut wanted: Vec<_> = piece.notes.iter().map(of).collect();
        wanted.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, wanted);
        // A long wait takes more than two bytes, and a repeated note is two.
        let far = notes(60.0, &[(0, 0.0, 1.0, 60), (0, 1.0, 1.0, 60), (2, 5000.0, 4.0, 127)]);
        assert_eq!(parse(&midi(&far)).2, [(1, 0, 480, 60), (1, 480, 960, 60), (3, 2_400_000, 2_401_920, 127)]);
    }

    #[test]
    fn a_wav_file_has_its_header_and_length() {
        for rate in [RATE, 44_100] {
            let samples = synthesise(&some(), rate);
            let bytes = wav(&samples, rate);
            let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            assert_eq!((&bytes[..4], &bytes[8..16], &bytes[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
            assert_eq!((number(4) as usize + 8, number(40) as usize), (bytes.len(), samples.len() * 2));
            assert_eq!(
                (number(16), number(20), number(24), number(28), number(32)),
                (16, 0x1_0001, rate, rate * 2, 0x10_0002)
            );
            // 16 beats, or the end of the last note, at 132 a minute, and the fall.
            let end = some().notes.iter().map(|note| note.start + note.length).fold(16.0, f32::max);
            let seconds = f64::from(end) * 60.0 / 132.0 + FALL;
            assert_eq!(samples.len(), (seconds * f64::from(rate)).ceil() as usize);
            assert!(samples.iter().all(|sample| sample.is_finite() && sample.abs() <= 1.0));
        }
        let cut = wav(&[0.5, -2.0, f32::NAN], 8000);
        let value = |n: usize| i16::from_le_bytes([cut[44 + 2 * n], cut[45 + 2 * n]]);
        assert_eq!((value(0), value(1), value(2)), (16_384, -32_767, 0));
    }

    /// The loudest second difference: a click is a corner.
    fn corner(samples: &[f32]) -> f32 {
        samples.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn notes_begin_and_end_without_a_click() {
        // One note with silence around it, then one straight after another, at 60 beats a minute.
        let samples = synthesise(&notes(60.0, &[(0, 1.0, 1.0, 48), (0, 4.0, 1.0, 48), (0, 5.0, 1.0, 55)]), 44_100);
        let at = |seconds: f64| (seconds * 44_100.0) as usize;
        assert!(samples[..at(1.0)].iter().all(|sample| *sample == 0.0), "silent before");
        assert!(samples[at(2.0 + FALL) + 1..at(4.0)].iter().all(|sample| *sample == 0.0), "silent after");
        let inside = corner(&samples[at(1.01)..at(1.1)]);
        for boundary in [1.0, 2.0, 2.0 + FALL, 4.0, 5.0, 6.0, 6.0 + FALL] {
            let near = &samples[at(boundary) - 20..(at(boundary) + 20).min(samples.len())];
            assert!(corner(near) <= inside, "{boundary}: {} {inside}", corner(near));
        }
        // The measure does see a note that is cut.
        let mut cut = samples[at(1.0)..at(1.5)].to_vec();
        let loudest = (at(0.2)..at(0.25)).max_by(|a, b| cut[*a].total_cmp(&cut[*b])).unwrap();
        cut[loudest..].fill(0.0);
        assert!(corner(&cut[loudest - 20..loudest + 20]) > 3.0 * inside);
    }

    #[test]
    fn a_note_has_its_pitch() {
        for (pitch, hertz) in [(57, 220.0), (60, 261.626), (81, 880.0)] {
            let samples = synthesise(&notes(60.0, &[(0, 0.0, 2.0, pitch)]), RATE);
            // Correlated with sines near the pitch, the right one is the strongest.
            let power = |hertz: f64| {
                let turn = |i: usize| TAU * hertz * i as f64 / f64::from(RATE);
                let (re, im) = samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (i, sample)| {
                    (re + f64::from(*sample) * turn(i).cos(), im + f64::from(*sample) * turn(i).sin())
                });
                re.hypot(im)
            };
            let best = (-10..=10).max_by(|a, b| {
                power(hertz * (1.0 + f64::from(*a) / 400.0)).total_cmp(&power(hertz * (1.0 + f64::from(*b) / 400.0)))
            });
            assert_eq!(best, Some(0), "{pitch}");
        }
    }

    #[test]
    fn many_notes_at_once_do_not_overflow_and_none_is_silence() {
        let all: Vec<_> = (30..90).map(|pitch| (0, 0.0, 1.0, pitch)).collect();
        let samples = synthesise(&notes(60.0, &all), RATE);
        let loudest = samples.iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        assert!((0.89..0.91).contains(&loudest), "{loudest}");
        assert!(synthesise(&notes(f32::NAN, &[]), RATE).iter().all(|sample| *sample == 0.0));
    }
}
