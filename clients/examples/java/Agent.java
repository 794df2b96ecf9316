// java -cp /usr/share/java/gson.jar Agent.java [http://127.0.0.1:5000]     (Debian: libgoogle-gson-java)
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

public class Agent {
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;

    Agent(String url) {
        this.url = url;
    }

    JsonObject call(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + "/v1/envs/" + path));
        var reply = client.send(request.method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        var content = JsonParser.parseString(reply.body()).getAsJsonObject();
        if (reply.statusCode() != 200) throw new IOException(content.get("detail").getAsString());
        return content;
    }

    int play(String id, Predicate<double[]> policy) throws IOException, InterruptedException {
        var reply = call("POST", id + "/reset/", "{\"seed\": 42}");
        for (int steps = 1; ; steps++) {
            var numbers = reply.getAsJsonArray("observation").spliterator();
            var observation = StreamSupport.stream(numbers, false).mapToDouble(each -> each.getAsDouble()).toArray();
            reply = call("POST", id + "/step/", "{\"action\": " + (policy.test(observation) ? 1 : 0) + "}");
            if (reply.get("terminated").getAsBoolean() || reply.get("truncated").getAsBoolean()) return steps;
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var agent = new Agent(arguments.length > 0 ? arguments[0] : "http://127.0.0.1:5000");
        var id = agent.call("POST", "", "{\"env_id\": \"CartPole-v1\"}").get("instance_id").getAsString();
        System.out.println("random: " + agent.play(id, seen -> ThreadLocalRandom.current().nextBoolean()) + " steps");
        System.out.println("heuristic: " + agent.play(id, seen -> seen[2] + seen[3] > 0) + " steps");
        agent.call("DELETE", id + "/", "");
    }
}
