"""PyTorch: the network, optimizer and schedule of whence's recipe, with the fused optimizer."""

from __future__ import annotations

import torch
from torch import nn

from benchmarks.board.mnist import images_and_labels, level_and_seed, recipe_of, tell


def perceptron(hidden: int) -> nn.Module:
    """Return the network of mnist-97.toml and mnist-98.toml."""
    return nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))


def convolutional() -> nn.Module:
    """Return the network of mnist-99.toml."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def main() -> None:
    """Train, and print the accuracy on the test images."""
    level, seed = level_and_seed()
    recipe = recipe_of(level)
    torch.manual_seed(seed)
    images, labels = (torch.from_numpy(array.copy()) for array in images_and_labels("train"))
    labels = labels.long()
    net = convolutional() if "arch" in recipe else perceptron(*recipe["hidden-layer-sizes"])
    rate, steps, size = recipe["learning-rate"], recipe["max-steps"], recipe["batch-size"]
    optimizer = torch.optim.SGD(net.parameters(), rate, recipe["momentum"], fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, cycle_momentum=False)
    loss_fn = nn.CrossEntropyLoss()
    rows = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if not len(rows):
            rows = torch.randperm(len(images))
        chosen, rows = rows[:size], rows[size:]
        optimizer.zero_grad()
        loss_fn(net(images[chosen] / 255), labels[chosen]).backward()
        optimizer.step()
        schedule.step()
    images, labels = (torch.from_numpy(array.copy()) for array in images_and_labels("t10k"))
    with torch.inference_mode():
        predicted = torch.cat([net(part / 255).argmax(1) for part in images.split(1000)])
    tell((predicted == labels).float().mean().item())


if __name__ == "__main__":
    main()
