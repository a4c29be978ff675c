import { createFileRoute } from "@tanstack/react-router";
import { AddTask } from "~/components/AddTask";
import { TaskList } from "~/components/TaskList";

export const Route = createFileRoute("/")({ component: Home });

function Home() {
  return (
    <main>
      <h2>To do</h2>
      <AddTask />
      <TaskList />
    </main>
  );
}
