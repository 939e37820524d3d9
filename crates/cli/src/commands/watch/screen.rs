//! What is on the screen: figures, queues, connections.
//!
//! Owns: the layout, what is shown of much, and what the keys change in it. Does not own: the terminal.
//! Threading: plain data.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Row, Table};

use super::sample::{Sample, SampleRates, SampledConnection, SampledQueue};
use crate::commands::units::{age, bytes};

/// A request that is older is shown in yellow, then in red.
const OLD_MS: u64 = 1000;
const VERY_OLD_MS: u64 = 10_000;

/// See the module head.
pub(super) struct WatchView {
    process: String,
    sample: Option<Sample>,
    rates: SampleRates,
    with_idle: bool,
    paused: bool,
    first: usize,
}

impl WatchView {
    pub(super) fn new(process: &str) -> WatchView {
        WatchView {
            process: process.to_owned(),
            sample: None,
            rates: SampleRates::default(),
            with_idle: false,
            paused: false,
            first: 0,
        }
    }

    pub(super) fn add(&mut self, sample: Sample) {
        if let Some(before) = &self.sample {
            self.rates = sample.since(before);
        }
        self.sample = Some(sample);
        self.scroll(0);
    }

    pub(super) fn pause(&mut self) {
        self.paused = !self.paused;
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    pub(super) fn toggle_idle(&mut self) {
        self.with_idle = !self.with_idle;
        self.scroll(0);
    }

    pub(super) fn scroll(&mut self, by: isize) {
        let last = self.shown().len().saturating_sub(1);
        self.first = self.first.saturating_add_signed(by).min(last);
    }

    fn shown(&self) -> Vec<&SampledConnection> {
        let all = self.sample.iter().flat_map(|sample| &sample.connections);
        all.filter(|own| own.has_request || self.with_idle)
            .collect()
    }

    pub(super) fn draw(&self, frame: &mut Frame<'_>) {
        let Some(sample) = &self.sample else { return };
        let queues = u16::try_from(sample.queues.len().min(8)).unwrap_or(8) + 3;
        let parts = Layout::vertical([
            Constraint::Length(4),
            Constraint::Length(queues),
            Constraint::Min(4),
            Constraint::Length(1),
        ]);
        let [head, queue_area, connection_area, foot] = parts.areas(frame.area());
        self.draw_head(frame, head, sample);
        draw_queues(frame, queue_area, &sample.queues);
        self.draw_connections(frame, connection_area);
        let keys = "q quit   p pause   i idle connections   arrows scroll";
        frame.render_widget(Paragraph::new(keys).style(Style::new().dim()), foot);
    }

    fn draw_head(&self, frame: &mut Frame<'_>, area: Rect, sample: &Sample) {
        let rates = &self.rates;
        let paused = if self.paused { "   PAUSED" } else { "" };
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let lines = vec![
            Line::from(vec![
                Span::styled("httpsys  ", bold),
                Span::raw(self.process.clone()),
                Span::styled(paused, Style::new().fg(Color::Yellow)),
            ]),
            Line::from(format!(
                "connections {:<7} requests under way {:<6}",
                sample.open, sample.with_request
            )),
            Line::from(format!(
                "requests/s {:<9.1} accepted/s {:<8.1} in {:<10} out {:<10} refused/s {:.1}",
                rates.requests,
                rates.accepted,
                rate(rates.received),
                rate(rates.sent),
                rates.refused
            )),
        ];
        frame.render_widget(Paragraph::new(lines), area);
    }

    fn draw_connections(&self, frame: &mut Frame<'_>, area: Rect) {
        let shown = self.shown();
        let title = match self.with_idle {
            true => format!(" Connections ({}) ", shown.len()),
            false => format!(" Requests under way ({}), the oldest first ", shown.len()),
        };
        let rows = shown.iter().skip(self.first).map(|own| {
            let style = match own.age_ms {
                Some(VERY_OLD_MS..) => Style::new().fg(Color::Red),
                Some(OLD_MS..) => Style::new().fg(Color::Yellow),
                _ => Style::new(),
            };
            Row::new([
                own.id.clone(),
                own.age_ms.map_or_else(String::new, age),
                own.state.clone(),
                own.client.clone(),
                bytes(own.sent),
                own.line.clone(),
            ])
            .style(style)
        });
        let widths = [
            Constraint::Length(16),
            Constraint::Length(9),
            Constraint::Length(15),
            Constraint::Length(22),
            Constraint::Length(9),
            Constraint::Min(10),
        ];
        let head = ["Connection ID", "Age", "State", "Client", "Sent", "Request"];
        frame.render_widget(table(rows, &widths, head, title), area);
    }
}

fn draw_queues(frame: &mut Frame<'_>, area: Rect, queues: &[SampledQueue]) {
    let rows = queues.iter().map(|own| {
        let style = match own.size {
            0 => Style::new(),
            _ => Style::new().fg(Color::Yellow),
        };
        Row::new([
            own.name.clone(),
            own.size.to_string(),
            age(own.oldest_ms),
            own.arrivals.to_string(),
            own.rejected.to_string(),
            own.abandoned.to_string(),
        ])
        .style(style)
    });
    let widths = [
        Constraint::Min(20),
        Constraint::Length(8),
        Constraint::Length(9),
        Constraint::Length(12),
        Constraint::Length(10),
        Constraint::Length(10),
    ];
    let head = [
        "Request queue",
        "Queued",
        "Oldest",
        "Arrived",
        "Rejected",
        "Abandoned",
    ];
    let title = format!(" Request queues ({}) ", queues.len());
    frame.render_widget(table(rows, &widths, head, title), area);
}

fn table<'a, const N: usize>(
    rows: impl Iterator<Item = Row<'a>>,
    widths: &[Constraint; N],
    head: [&'static str; N],
    title: String,
) -> Table<'a> {
    let head = Row::new(head).style(Style::new().add_modifier(Modifier::BOLD));
    let frame = Block::new().borders(Borders::TOP).title(title);
    Table::new(rows, widths.iter().copied())
        .header(head)
        .block(frame)
}

/// Bytes per second, short.
fn rate(rate: f64) -> String {
    format!("{}/s", bytes(rate as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use serde_json::json;
    use std::time::{Duration, Instant};

    fn sample(at: Instant, requests: u64) -> Sample {
        let counters = json!({
            "service": { "requests": requests, "connections_accepted": 3, "bytes_received": 0,
                "bytes_sent": requests * 2048, "refused": { "QueueFull": 1 } },
            "queues": [ { "id": "01", "name": "orders", "current_size": 4, "max_item_age_ms": 2500,
                "arrivals": 99, "rejected_requests": 1, "abandoned_requests": 2 } ],
        });
        let connections = json!({ "open": 2, "with_request": 1, "listed": [
            { "id": "0000000000400001", "state": "with program", "remote": "127.0.0.1:5000",
              "bytes_sent": 20480,
              "request": { "verb": "GET", "url": "/slow", "age_ms": 12_000 } },
            { "id": "0000000000400002", "state": "idle", "remote": "127.0.0.1:5001", "bytes_sent": 0,
              "request": null } ] });
        Sample::new(at, &counters, &connections)
    }

    fn drawn(view: &WatchView) -> String {
        let mut terminal = Terminal::new(TestBackend::new(100, 14)).unwrap();
        terminal.draw(|frame| view.draw(frame)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        let width = usize::from(buffer.area.width);
        let cells: Vec<&str> = buffer.content().iter().map(|cell| cell.symbol()).collect();
        let line = |cells: &[&str]| cells.concat().trim_end().to_owned() + "\n";
        cells.chunks(width).map(line).collect()
    }

    #[test]
    fn the_screen_has_rates_queues_and_the_oldest_requests() {
        let start = Instant::now();
        let mut view = WatchView::new("Process ID: 42, image: /bin/orders");
        view.add(sample(start, 100));
        view.add(sample(start + Duration::from_secs(2), 150));
        let screen = drawn(&view);
        assert_eq!(screen, include_str!("screen.txt"));
        view.toggle_idle();
        view.scroll(1);
        let screen = drawn(&view);
        assert!(screen.contains(" Connections (2) "), "{screen}");
        assert!(screen.contains("0000000000400002"), "{screen}");
        assert!(
            !screen.contains("0000000000400001"),
            "it is scrolled away: {screen}"
        );
        view.pause();
        assert!(drawn(&view).contains("PAUSED"));
    }
}
