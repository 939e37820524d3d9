//! The live view: what a person looks at while something hangs.
//!
//! Owns: the terminal while it is on, the keys, and how often the service is asked. Does not own: what is on
//! the screen (`screen.rs`), the figures (`sample.rs`), nor the questions (`httpsys-control`). Threading: one
//! thread; it waits for keys and for the service, never for both at once.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use httpsys_control::message::{AnswerFormat, Question};
use httpsys_control::{AskError, ControlClient};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::failure::CommandFailure;

mod sample;
mod screen;

use sample::Sample;
use screen::WatchView;

/// How often the service is asked.
const INTERVAL: Duration = Duration::from_millis(1000);
/// The most connections on a screen.
const MAX_LISTED: usize = 200;

/// Shows the service until `q`, Esc or Ctrl-C, or until its process ends.
pub(crate) fn run(process: &str, mut client: ControlClient) -> Result<(), CommandFailure> {
    if !std::io::stdout().is_terminal() {
        return Err(CommandFailure::other(
            "the live view needs a terminal; 'show connections' prints once",
        ));
    }
    // Asked before the screen changes: what goes wrong at once is printed as usual.
    let mut view = WatchView::new(process);
    view.add(ask(&mut client).map_err(CommandFailure::other)?);
    let mut terminal = ratatui::try_init().map_err(CommandFailure::other)?;
    let ended = watch(&mut terminal, &mut view, &mut client);
    ratatui::restore();
    ended
}

fn watch(
    terminal: &mut ratatui::DefaultTerminal,
    view: &mut WatchView,
    client: &mut ControlClient,
) -> Result<(), CommandFailure> {
    let mut next = Instant::now() + INTERVAL;
    loop {
        terminal
            .draw(|frame| view.draw(frame))
            .map_err(CommandFailure::other)?;
        let left = next.saturating_duration_since(Instant::now());
        if event::poll(left).map_err(CommandFailure::other)? {
            if let Event::Key(key) = event::read().map_err(CommandFailure::other)? {
                let control = key.modifiers.contains(KeyModifiers::CONTROL);
                if key.kind != KeyEventKind::Release {
                    match key.code {
                        KeyCode::Char('q') | KeyCode::Esc => return Ok(()),
                        KeyCode::Char('c') if control => return Ok(()),
                        KeyCode::Char('p' | ' ') => view.pause(),
                        KeyCode::Char('i') => view.toggle_idle(),
                        KeyCode::Up | KeyCode::Char('k') => view.scroll(-1),
                        KeyCode::Down | KeyCode::Char('j') => view.scroll(1),
                        KeyCode::PageUp => view.scroll(-20),
                        KeyCode::PageDown => view.scroll(20),
                        _ => {}
                    }
                }
            }
            continue;
        }
        next = Instant::now() + INTERVAL;
        if view.is_paused() {
            continue;
        }
        match ask(client) {
            Ok(sample) => view.add(sample),
            Err(AskError::Io(_)) => {
                return Err(CommandFailure::NoService("the process has ended".into()));
            }
            Err(error) => return Err(CommandFailure::other(error)),
        }
    }
}

fn ask(client: &mut ControlClient) -> Result<Sample, AskError> {
    let counters = client.ask(&Question::Counters {
        format: AnswerFormat::Json,
    })?;
    let connections = client.ask(&Question::Connections { most: MAX_LISTED })?;
    Ok(Sample::new(Instant::now(), &counters, &connections))
}
