// dotnet run [http://127.0.0.1:5000]     (.NET 8)
using System.Net.Http.Json;

var url = args.Length > 0 ? args[0] : "http://127.0.0.1:5000";
using var client = new HttpClient { BaseAddress = new Uri($"{url}/v1/envs/") };

var id = (await Call<Created>(HttpMethod.Post, "", new { env_id = "CartPole-v1" })).instance_id;
Console.WriteLine($"random: {await Play(id, _ => Random.Shared.Next(2))} steps");
Console.WriteLine($"heuristic: {await Play(id, seen => seen[2] + seen[3] > 0 ? 1 : 0)} steps");
await Call<Closed>(HttpMethod.Delete, $"{id}/", new { });

async Task<T> Call<T>(HttpMethod method, string path, object body)
{
    using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
    using var reply = await client.SendAsync(request);
    if (!reply.IsSuccessStatusCode)
        throw new HttpRequestException((await reply.Content.ReadFromJsonAsync<Problem>())!.detail);
    return (await reply.Content.ReadFromJsonAsync<T>())!;
}

async Task<int> Play(string id, Func<double[], int> policy)
{
    var observation = (await Call<Began>(HttpMethod.Post, $"{id}/reset/", new { seed = 42 })).observation;
    for (var steps = 1; ; steps++)
    {
        var step = await Call<Step>(HttpMethod.Post, $"{id}/step/", new { action = policy(observation) });
        if (step.terminated || step.truncated) return steps;
        observation = step.observation;
    }
}

record Created(string instance_id);
record Began(double[] observation);
record Step(double[] observation, double reward, bool terminated, bool truncated);
record Closed(string message);
record Problem(string detail);
