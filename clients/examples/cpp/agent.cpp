// g++ -std=c++17 agent.cpp -o agent $(pkg-config --cflags --libs cpp-httplib) && ./agent [http://127.0.0.1:5000]
// Debian: g++ pkg-config libcpp-httplib-dev libssl-dev nlohmann-json3-dev
#include <httplib.h>

#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using nlohmann::json;
using Policy = std::function<int(const std::vector<double>&)>;

class Server {
  public:
    explicit Server(const std::string& url) : client(url) { client.set_keep_alive(true); }

    json post(const std::string& path, const json& body) {
        return content(client.Post("/v1/envs/" + path, body.dump(), "application/json"));
    }

    void close(const std::string& id) { content(client.Delete("/v1/envs/" + id + "/")); }

    int play(const std::string& id, const Policy& policy) {
        json reply = post(id + "/reset/", {{"seed", 42}});
        for (int steps = 1;; ++steps) {
            reply = post(id + "/step/", {{"action", policy(reply["observation"])}});
            if (reply["terminated"] || reply["truncated"]) return steps;
        }
    }

  private:
    httplib::Client client;

    static json content(const httplib::Result& reply) {
        if (!reply) throw std::runtime_error(httplib::to_string(reply.error()));
        json content = json::parse(reply->body);
        if (reply->status != 200) throw std::runtime_error(content.value("detail", reply->body));
        return content;
    }
};

int main(int count, char** arguments) {
    Server server(count > 1 ? arguments[1] : "http://127.0.0.1:5000");
    std::mt19937 generator{std::random_device{}()};
    const std::string id = server.post("", {{"env_id", "CartPole-v1"}})["instance_id"];
    auto random = [&](const auto&) { return static_cast<int>(generator() % 2); };
    auto heuristic = [](const auto& seen) { return seen[2] + seen[3] > 0 ? 1 : 0; };
    std::cout << "random: " << server.play(id, random) << " steps\n";
    std::cout << "heuristic: " << server.play(id, heuristic) << " steps\n";
    server.close(id);
}
