import { AddTask } from "@/components/AddTask";
import { TaskList } from "@/components/TaskList";

export default function Home() {
  return (
    <main>
      <h2>To do</h2>
      <AddTask />
      <TaskList />
    </main>
  );
}
