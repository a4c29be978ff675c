import { AddTask } from "./AddTask";
import { TaskList } from "./TaskList";

export function App() {
  return (
    <>
      <header>
        <h1>Tasks</h1>
      </header>
      <main>
        <h2>To do</h2>
        <TaskBoard />
      </main>
    </>
  );
}

function TaskBoard() {
  return (
    <section>
      <AddTask />
      <TaskList />
    </section>
  );
}
