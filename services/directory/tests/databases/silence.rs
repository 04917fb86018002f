//! A network that swallows what is sent.

use directory::{Directory, limits::CONNECTIONS_MAX};
use sqlx::Executor;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::common::{blocked_count, connect, join, on_postgres};

/// Stands before a PostgreSQL, until it is told to fall silent on all connections there are.
struct Network {
    port: u16,
    silence: watch::Sender<()>,
}

impl Network {
    async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let (silence, _) = watch::channel(());
        let sender = silence.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                tokio::spawn(carry(client, server.clone(), sender.subscribe()));
            }
        });
        Self { port, silence }
    }
}

async fn carry(mut client: TcpStream, server: String, mut silence: watch::Receiver<()>) {
    let mut server = TcpStream::connect(server).await.expect("a server");
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        // Both stay open, and nobody hears anything.
        _ = silence.changed() => std::future::pending().await,
    }
}

/// Whoever stops waiting for an answer does not block the connections for those who ask when the
/// network is back.
#[test]
fn connections_that_fell_silent_are_given_up() {
    on_postgres(async |directory, database| {
        let fence = join(&directory, 1).await;
        let (login, rest) = database.url.split_once('@').expect("a login");
        let (server, path) = rest.split_once('/').expect("a database");
        let network = Network::before(server.to_owned()).await;
        let url = format!("{login}@127.0.0.1:{}/{path}", network.port);
        let far = Directory::open(&url).await.expect("a database");
        let renew = || far.renew(fence);

        // As many questions as there may be, and no answer yet.
        let mut holder = connect(&database.url).await;
        for statement in ["BEGIN", "LOCK TABLE directory_pods"] {
            holder.execute(statement).await.expect(statement);
        }
        const { assert!(CONNECTIONS_MAX == 4, "as many as there are here") };
        let renewals = async { tokio::join!(renew(), renew(), renew(), renew()) };
        let all_asked = async {
            while blocked_count(&mut holder).await < i64::from(CONNECTIONS_MAX) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = renewals => panic!("answered"),
            () = all_asked => {}
        }
        network.silence.send(()).expect("connections");
        holder.execute("COMMIT").await.expect("a transaction");
        renew().await.expect("the network is back");
    });
}
