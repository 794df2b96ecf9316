// go run agent.go [http://127.0.0.1:5000]
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"net/http"
	"os"
)

var url = "http://127.0.0.1:5000"

type reply struct {
	InstanceID  string    `json:"instance_id"`
	Observation []float64 `json:"observation"`
	Terminated  bool      `json:"terminated"`
	Truncated   bool      `json:"truncated"`
	Detail      string    `json:"detail"`
}

func call(method, path string, body any) (answer reply) {
	content, _ := json.Marshal(body)
	request, _ := http.NewRequest(method, url+"/v1/envs/"+path, bytes.NewReader(content))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != 200 {
		log.Fatal(response.Status, answer.Detail, err)
	}
	return answer
}

func play(id string, policy func([]float64) bool) int {
	observation := call("POST", id+"/reset/", map[string]int{"seed": 42}).Observation
	for steps := 1; ; steps++ {
		action := 0
		if policy(observation) {
			action = 1
		}
		step := call("POST", id+"/step/", map[string]int{"action": action})
		if step.Terminated || step.Truncated {
			return steps
		}
		observation = step.Observation
	}
}

func main() {
	if len(os.Args) > 1 {
		url = os.Args[1]
	}
	id := call("POST", "", map[string]string{"env_id": "CartPole-v1"}).InstanceID
	fmt.Println("random:", play(id, func([]float64) bool { return rand.Intn(2) == 1 }), "steps")
	fmt.Println("heuristic:", play(id, func(o []float64) bool { return o[2]+o[3] > 0 }), "steps")
	call("DELETE", id+"/", nil)
}
