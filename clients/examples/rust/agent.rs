// rustc -O agent.rs && ./agent [127.0.0.1:5000]
// The standard library alone; with crates, ureq and serde_json do what `call` and the splitting do.
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;

struct Server(BufReader<TcpStream>);

impl Server {
    fn call(&mut self, method: &str, path: &str, body: &str) -> Result<String> {
        let length = body.len();
        let head = format!("{method} /v1/envs/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}");
        self.0.get_mut().write_all(format!("{head}\r\n\r\n{body}").as_bytes())?;
        let (mut status, mut line, mut size) = (String::new(), String::new(), 0);
        self.0.read_line(&mut status)?;
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line)?;
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                size = value.trim().parse().unwrap();
            }
        }
        let mut reply = vec![0; size];
        self.0.read_exact(&mut reply)?;
        let reply = String::from_utf8_lossy(&reply).into_owned();
        assert!(status.contains(" 200 "), "{}", reply);
        Ok(reply)
    }

    fn play(&mut self, id: &str, policy: impl Fn(&[f64]) -> bool) -> Result<u32> {
        let mut reply = self.call("POST", &format!("{id}/reset/"), r#"{"seed": 42}"#)?;
        for steps in 1.. {
            let list = reply.split(['[', ']']).nth(1).unwrap();
            let observation: Vec<f64> = list.split(',').map(|number| number.parse().unwrap()).collect();
            let action = format!(r#"{{"action": {}}}"#, policy(&observation) as u8);
            reply = self.call("POST", &format!("{id}/step/"), &action)?;
            if reply.contains(r#"ated":true"#) {
                return Ok(steps);
            }
        }
        unreachable!()
    }
}

fn main() -> Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:5000".into());
    let mut server = Server(BufReader::new(TcpStream::connect(address)?));
    let created = server.call("POST", "", r#"{"env_id": "CartPole-v1"}"#)?;
    let id = created.split('"').nth(3).unwrap();
    let coin = |_: &[f64]| RandomState::new().build_hasher().finish() % 2 == 0;
    println!("random: {} steps", server.play(id, coin)?);
    println!("heuristic: {} steps", server.play(id, |observation| observation[2] + observation[3] > 0.0)?);
    server.call("DELETE", &format!("{id}/"), "")?;
    Ok(())
}
